//! Texts, flags, ids and quotes: nothing panics, nothing grows, and what was escaped is read back.
#![no_main]

use deskcard::ingest::cells::{flag, html, id, unquote};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut scratch = Vec::new();
    assert!(unquote(data, &mut scratch).len() <= data.len());
    let _ = flag::flag(data);
    assert!(!(id::is_mangled_id(data) && id::is_float_id(data)));
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(html::unescape_html(text).len() <= text.len());
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;");
        assert_eq!(html::unescape_html(&escaped), text);
    }
});
