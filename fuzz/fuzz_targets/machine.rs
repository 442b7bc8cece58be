//! Any sequence of inputs, through the machine.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flow_tests::harness::machine::drives(bytes));
