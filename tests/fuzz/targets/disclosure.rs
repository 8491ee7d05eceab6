//! Looks for bytes that break what is promised of foreign input: `promises::disclosure`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: habeas_fuzz::prepare_contained(),
    |bytes: &[u8]| habeas_fuzz::promises::disclosure(bytes)
);
