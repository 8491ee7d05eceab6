//! Bytes that nobody would write: nothing panics on them.

use proptest::prelude::*;

use super::super::inspector::Inspector;
use super::super::read;
use super::context;
use super::made::{document, exif, jpeg_with, pdf, picture, png_with, row, sheet, workbook, zip};
use super::pages::at;
use image::ImageFormat;

/// Looks through bytes without the guard around it.
fn unguarded(bytes: &[u8]) {
    let context = context();
    let mut inspector = Inspector::new(&context, "");
    read::file(&mut inspector, bytes);
}

fn samples() -> Vec<Vec<u8>> {
    let exif = [b"Exif\0\0".as_slice(), &exif()].concat();
    let rows = format!(
        "<sheetData>{}</sheetData>",
        row(1, &["13800138000", "password", "440305"])
    );
    vec![
        b"a,b\n440305,198806152748\npassword: x, +44 7911 123456, a@example.org, GB82 WEST 1234 5698 7654 32".to_vec(),
        b"{\"a\": [1, \"13800138000\", {\"password\": \"x\\u0031\"}]}".to_vec(),
        b"<html><!-- x --><p>138&#48;0138000</p><script>x</script></html>".to_vec(),
        zip(&[("a.txt", b"13800138000")]),
        workbook(
            &[sheet("Data", &rows)],
            "",
            &[("xl/styles.xml", "<s><fonts><font/></fonts></s>")],
        ),
        document("<w:p><w:ins><w:r><w:t>13800138000</w:t></w:r></w:ins></w:p>", &[]),
        pdf(
            &format!("{}0 g 90 690 200 30 re f", at(100, 700, "13800138000")),
            |_, _| {},
        ),
        jpeg_with(0xe1, &exif),
        png_with(b"eXIf", &exif),
        picture(ImageFormat::Png),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn random_bytes_are_looked_through(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        unguarded(&bytes);
    }

    #[test]
    fn random_text_is_looked_through(text in "[0-9Xx \\-\\.,@a-z\n\t:+\"{}\\[\\]<>&;é李]{0,400}") {
        unguarded(text.as_bytes());
    }

    #[test]
    fn broken_files_are_looked_through(which in 0usize..10, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>()) {
        let mut bytes = samples()[which].clone();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        unguarded(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        unguarded(&bytes);
    }
}
