//! Any text through the formatter.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flow_tests::harness::format::formats(bytes));
