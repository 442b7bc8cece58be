//! Any body of a request through the door.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flow_tests::harness::request::takes(bytes));
