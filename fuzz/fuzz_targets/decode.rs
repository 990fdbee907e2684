//! Whatever the bytes are packed in: no panic, and memory within the caps of the entry (the fuzzer's own limit watches over that).
#![no_main]

use deskcard::ingest::decode::decode_bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Err(error) = decode_bytes(data) {
        assert!(!error.what.is_empty());
    }
});
