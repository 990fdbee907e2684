//! A message to be looked at before anything is sent: as it is sent, and as pages a browser shows.

use super::draft::{Draft, Sealed};
use crate::error::Result;

/// A file of a preview: its name and its bytes.
pub type File = (String, Vec<u8>);

/// `STEM.eml`, `STEM.txt`, `STEM.html` and its pictures beside it.
///
/// # Errors
/// As [`Draft::seal`].
pub fn preview(draft: &Draft, stem: &str) -> Result<(Sealed, Vec<File>)> {
    let sealed = draft.seal()?;
    let content = &draft.content;
    let mut html = content.html.clone();
    let mut files: Vec<File> = Vec::new();
    for image in &content.images {
        let name = format!("{stem}-{}", image.name);
        html = html.replace(&format!("\"cid:{}\"", image.cid), &format!("\"{name}\""));
        files.push((name, image.png.clone()));
    }
    files.push((format!("{stem}.eml"), sealed.bytes.clone()));
    files.push((format!("{stem}.html"), html.into_bytes()));
    files.push((format!("{stem}.txt"), content.text.clone().into_bytes()));
    files.sort();
    Ok((sealed, files))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::draft::tests::draft;

    #[test]
    fn a_preview_has_the_message_and_a_page_with_its_pictures() {
        let draft = draft();
        let (sealed, files) = preview(&draft, "agent-ada").unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["agent-ada-spark-1.png", "agent-ada.eml", "agent-ada.html", "agent-ada.txt"]);
        assert_eq!(files[1].1, sealed.bytes);
        let html = String::from_utf8(files[2].1.clone()).unwrap();
        assert!(html.contains("src=\"agent-ada-spark-1.png\"") && !html.contains("cid:"), "{html}");
    }
}
