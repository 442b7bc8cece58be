//! Any bytes as a project, through the whole compiler.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flow_tests::harness::text::compiles(bytes));
