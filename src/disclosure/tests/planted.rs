//! Files with something planted in them, and files with nothing.

use image::ImageFormat;

use super::made::exif as made_exif;
use super::made::{Sheet, document, exif, jpeg_with, office, picture, png_with, row, sheet, workbook, zip};
use super::numbers::{OTHER_ID, OTHER_MOBILE};
use super::{FindingKind, each, kinds};

fn xlsx(inside: &str) -> Vec<u8> {
    workbook(&[sheet("Data", inside)], "", &[])
}

#[test]
fn what_is_planted_in_a_workbook_is_found() {
    use FindingKind::*;
    let data = format!("<sheetData>{}</sheetData>", row(1, &["order", "amount"]));
    let other = format!("<sheetData>{}</sheetData>", row(1, &[OTHER_ID]));
    let hidden = |state| {
        let second = Sheet {
            name: "Notes",
            state,
            inside: &other,
        };
        workbook(&[sheet("Data", &data), second], "", &[])
    };
    let with = |name: &str, text: &str| workbook(&[sheet("Data", &data)], "", &[(name, text)]);
    let main = |more: &str| workbook(&[sheet("Data", &data)], more, &[]);
    let styled = |styles: &str, style: &str| {
        let inside = format!(r#"<sheetData><row r="1"><c r="A1" s="{style}" t="str"><v>x</v></c></row></sheetData>"#);
        workbook(&[sheet("Data", &inside)], "", &[("xl/styles.xml", styles)])
    };
    let rows: Vec<(&str, Vec<u8>, Vec<FindingKind>)> = vec![
        ("a clean file", xlsx(&data), vec![]),
        ("another person's number", xlsx(&other), vec![OtherIdNumber]),
        ("a hidden sheet", hidden("hidden"), vec![OtherIdNumber, HiddenSheet]),
        (
            "a very hidden sheet",
            hidden("veryHidden"),
            vec![OtherIdNumber, HiddenSheet],
        ),
        (
            "a hidden row",
            xlsx(
                r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>13800138000</v></c></row></sheetData>"#,
            ),
            vec![OtherMobile, HiddenRows],
        ),
        (
            "a hidden column",
            xlsx(
                r#"<cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>13800138000</v></c></row></sheetData>"#,
            ),
            vec![OtherMobile, HiddenColumns],
        ),
        (
            "a number split over cells",
            xlsx(
                r#"<sheetData><row r="1"><c r="A1"><v>440305</v></c><c r="B1"><v>198806152748</v></c></row></sheetData>"#,
            ),
            vec![OtherIdNumber],
        ),
        (
            "a number with an exponent",
            xlsx(r#"<sheetData><row r="1"><c r="A1"><v>1.3800138E10</v></c></row></sheetData>"#),
            vec![OtherMobile],
        ),
        (
            "a shared text with formatting in the middle of a number",
            workbook(
                &[sheet(
                    "Data",
                    r#"<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>"#,
                )],
                "",
                &[(
                    "xl/sharedStrings.xml",
                    "<sst><si><r><t>1380</t></r><r><rPr/><t>0138000</t></r></si></sst>",
                )],
            ),
            vec![OtherMobile],
        ),
        (
            "a text that no cell shows any more",
            workbook(
                &[sheet("Data", &data)],
                "",
                &[("xl/sharedStrings.xml", "<sst><si><t>13800138000</t></si></sst>")],
            ),
            vec![OtherMobile, HiddenText],
        ),
        (
            "white text",
            styled(
                r#"<styleSheet><fonts><font><color rgb="FF000000"/></font><font><color rgb="FFFFFFFF"/></font></fonts><fills><fill/></fills><cellXfs><xf fontId="0" fillId="0"/><xf fontId="1" fillId="0"/></cellXfs></styleSheet>"#,
                "1",
            ),
            vec![HiddenText],
        ),
        (
            "a format that shows nothing",
            styled(
                r#"<styleSheet><numFmts><numFmt numFmtId="170" formatCode=";;;"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>"#,
                "0",
            ),
            vec![HiddenText],
        ),
        (
            "a comment",
            with(
                "xl/comments1.xml",
                "<comments><commentList><comment><text><t>ask 13800138000</t></text></comment></commentList></comments>",
            ),
            vec![OtherMobile, Comment],
        ),
        (
            "a threaded comment",
            with("xl/threadedComments/t1.xml", "<T><text>hm</text></T>"),
            vec![Comment],
        ),
        (
            "a pivot cache",
            with("xl/pivotCache/pivotCacheRecords1.xml", r#"<r><s v="x"/></r>"#),
            vec![PivotCache],
        ),
        (
            "an external link",
            with("xl/externalLinks/e1.xml", "<e/>"),
            vec![ExternalLink],
        ),
        ("a connection", with("xl/connections.xml", "<c/>"), vec![Connection]),
        (
            "custom data",
            with("customXml/item1.xml", "<x>13800138000</x>"),
            vec![OtherMobile, CustomData],
        ),
        ("a macro", with("xl/vbaProject.bin", "x"), vec![ActiveContent]),
        (
            "an author",
            with("docProps/core.xml", "<cp><creator>Li</creator></cp>"),
            vec![Metadata],
        ),
        (
            "only the program's name",
            with("docProps/app.xml", "<P><Application>Calc</Application></P>"),
            vec![],
        ),
        (
            "a name with a value",
            main(r#"<definedNames><definedName name="rate" hidden="1">"13800138000"</definedName></definedNames>"#),
            vec![OtherMobile, DefinedName],
        ),
        (
            "an area to print",
            main(r#"<definedNames><definedName name="_xlnm.Print_Area">Data!$A$1:$B$2</definedName></definedNames>"#),
            vec![],
        ),
        (
            "a formula that holds a number",
            xlsx(r#"<sheetData><row r="1"><c r="A1"><f>LEN("13800138000")</f><v>11</v></c></row></sheetData>"#),
            vec![OtherMobile],
        ),
        (
            "a sheet that the workbook does not list",
            with("xl/worksheets/left.xml", "<w><v>13800138000</v></w>"),
            vec![OtherMobile, CustomData],
        ),
        ("half a sheet", xlsx("<sheetData><row"), vec![Broken]),
        (
            "a column of hashes",
            xlsx(&format!(
                "<sheetData>{}{}</sheetData>",
                row(1, &["user", "password_hash"]),
                row(2, &["u", "9f86d081"])
            )),
            vec![Secret],
        ),
    ];
    each(rows);
}

#[test]
fn what_is_planted_in_an_archive_is_found() {
    use FindingKind::*;
    let inner = zip(&[("list.txt", OTHER_MOBILE.as_bytes())]);
    let mut deep = inner.clone();
    for _ in 0..12 {
        deep = zip(&[("next.zip", &deep)]);
    }
    let bomb = zip(&[("zeros.txt", &vec![b'0'; 4 << 20])]);
    let many: Vec<(String, &[u8])> = (0..10_001)
        .map(|number| (format!("{number}"), b"".as_slice()))
        .collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let mut locked = zip(&[("a.txt", b"hello")]);
    for signature in [b"PK\x03\x04".as_slice(), b"PK\x01\x02"] {
        let at = locked.windows(4).position(|four| four == signature).unwrap();
        locked[at + if signature[2] == 3 { 6 } else { 8 }] |= 1;
    }
    let mut stray = zip(&[("a.txt", b"hello")]);
    stray.splice(0..0, vec![b'x'; 100]);
    let rows: Vec<(&str, Vec<u8>, Vec<FindingKind>)> = vec![
        ("a clean archive", zip(&[("a.txt", b"hello")]), vec![]),
        ("a file inside", inner.clone(), vec![OtherMobile]),
        ("an archive inside", zip(&[("in.zip", &inner)]), vec![OtherMobile]),
        (
            "a name of a file",
            zip(&[("合同-李思雨.txt", b"hello")]),
            vec![OtherName],
        ),
        ("archives in archives without end", deep, vec![TooDeep]),
        ("a bomb", bomb, vec![TooDense]),
        ("too many files", zip(&many), vec![TooMany]),
        ("a locked file", locked, vec![Encrypted]),
        ("half an archive", inner[..inner.len() / 2].to_vec(), vec![Broken]),
        (
            "an unknown file inside",
            zip(&[("a.bin", b"\0\x01\x02\x03")]),
            vec![UnknownFormat],
        ),
    ];
    each(rows);
    // Some bytes before an archive keep it readable.
    assert!(kinds(&stray).contains(&UnknownFormat) || kinds(&stray).contains(&StrayBytes));
}

#[test]
fn what_is_planted_in_a_document_is_found() {
    use FindingKind::*;
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let paragraph = |inside: &str| format!("<w:p>{inside}</w:p>");
    let clean = paragraph(&run("Your data"));
    let with = |name: &str, text: &str| document(&clean, &[(name, text)]);
    each(vec![
        ("a clean document", document(&clean, &[]), vec![]),
        (
            "another person's number",
            document(&paragraph(&run(OTHER_ID)), &[]),
            vec![OtherIdNumber],
        ),
        (
            "a number split over runs",
            document(
                &paragraph(&format!(
                    "{}<w:r><w:rPr><w:b/></w:rPr><w:t>0138000</w:t></w:r>",
                    run("1380")
                )),
                &[],
            ),
            vec![OtherMobile],
        ),
        (
            "a number split over cells",
            document(
                &format!("{}{}", paragraph(&run("440305")), paragraph(&run("198806152748"))),
                &[],
            ),
            vec![OtherIdNumber],
        ),
        (
            "deleted text",
            document(
                &paragraph(&format!(
                    "<w:del w:author=\"Li\"><w:r><w:delText>{OTHER_MOBILE}</w:delText></w:r></w:del>{}",
                    run("x")
                )),
                &[],
            ),
            vec![OtherMobile, TrackedChange],
        ),
        (
            "inserted text",
            document(&paragraph(&format!("<w:ins>{}</w:ins>", run("x"))), &[]),
            vec![TrackedChange],
        ),
        (
            "hidden text",
            document(
                &paragraph(&format!(
                    "<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r>{}",
                    run("y")
                )),
                &[],
            ),
            vec![HiddenText],
        ),
        (
            "text that is not hidden after all",
            document(
                &paragraph("<w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>x</w:t></w:r>"),
                &[],
            ),
            vec![],
        ),
        (
            "white text",
            document(
                &paragraph("<w:r><w:rPr><w:color w:val=\"FFFFFF\"/></w:rPr><w:t>x</w:t></w:r>"),
                &[],
            ),
            vec![HiddenText],
        ),
        (
            "a field",
            document(
                &paragraph("<w:r><w:instrText>INCLUDETEXT c:\\x</w:instrText></w:r>"),
                &[],
            ),
            vec![FieldCode],
        ),
        (
            "a comment",
            with(
                "word/comments.xml",
                "<w:comments><w:comment><w:p/></w:comment></w:comments>",
            ),
            vec![Comment],
        ),
        (
            "a header",
            with(
                "word/header1.xml",
                &format!("<w:hdr>{}</w:hdr>", paragraph(&run(OTHER_MOBILE))),
            ),
            vec![OtherMobile],
        ),
        (
            "a file inside",
            with("word/embeddings/a.bin", OTHER_MOBILE),
            vec![OtherMobile, EmbeddedFile],
        ),
        (
            "a variable",
            with(
                "word/settings.xml",
                "<w:settings><w:docVars><w:docVar w:name=\"a\" w:val=\"b\"/></w:docVars></w:settings>",
            ),
            vec![CustomData],
        ),
        ("half a document", document("<w:p>", &[]), vec![Broken]),
    ]);
}

#[test]
fn what_is_planted_in_slides_is_found() {
    use FindingKind::*;
    let rels =
        r#"<Relationships><Relationship Id="s1" Type="http://x/slide" Target="slides/slide1.xml"/></Relationships>"#;
    let slide = |show: &str, text: &str| format!("<p:sld {show}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let slides = |first: &str, more: &[(&str, &str)]| {
        let mut parts = vec![
            ("ppt/presentation.xml", "<p:presentation/>"),
            ("ppt/_rels/presentation.xml.rels", rels),
            ("ppt/slides/slide1.xml", first),
        ];
        parts.extend(more);
        office("ppt/presentation.xml", &parts)
    };
    let clean = slide("", "Hello");
    each(vec![
        ("clean slides", slides(&clean, &[]), vec![]),
        (
            "another person's number",
            slides(&slide("", OTHER_MOBILE), &[]),
            vec![OtherMobile],
        ),
        (
            "a hidden slide",
            slides(&slide("show=\"0\"", "x"), &[]),
            vec![HiddenSlide],
        ),
        (
            "a slide that is not listed",
            slides(&clean, &[("ppt/slides/slide9.xml", &clean)]),
            vec![HiddenSlide],
        ),
        (
            "notes",
            slides(
                &clean,
                &[(
                    "ppt/notesSlides/n1.xml",
                    "<p:notes><a:p><a:r><a:t>say it</a:t></a:r></a:p></p:notes>",
                )],
            ),
            vec![SpeakerNotes],
        ),
    ]);
}

#[test]
fn what_is_planted_in_an_open_document_is_found() {
    use FindingKind::*;
    let odt = |content: &str, more: &[(&str, &[u8])]| {
        let mut parts: Vec<(&str, &[u8])> = vec![
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", content.as_bytes()),
        ];
        parts.extend(more);
        zip(&parts)
    };
    each(vec![
        ("clean", odt("<d><text:p>x</text:p></d>", &[]), vec![]),
        (
            "a number",
            odt("<d><text:p>138<text:span>00138000</text:span></text:p></d>", &[]),
            vec![OtherMobile],
        ),
        (
            "a change",
            odt("<d><text:tracked-changes/></d>", &[]),
            vec![TrackedChange],
        ),
        (
            "a hidden sheet",
            odt("<d><style:table-properties table:display=\"false\"/></d>", &[]),
            vec![HiddenSheet],
        ),
        (
            "an author",
            odt("<d/>", &[("meta.xml", b"<m><dc:creator>Li</dc:creator></m>")]),
            vec![Metadata],
        ),
    ]);
}

#[test]
fn what_is_planted_in_mails_and_pictures_is_found() {
    use FindingKind::*;
    let jpeg = picture(ImageFormat::Jpeg);
    let mail = |more: &str, body: &str| {
        format!("From: xiaoming@example.com\nTo: xiaoming@example.com\nMessage-ID: <1@x.example>\n{more}\n{body}")
            .into_bytes()
    };
    let exif = [b"Exif\0\0".as_slice(), &exif()].concat();
    each(vec![
        ("a clean mail", mail("", "Hello"), vec![]),
        (
            "copies",
            mail("Cc: boss@example.org\n", "Hello"),
            vec![OtherEmail, MailCopies],
        ),
        ("a number in a mail", mail("", OTHER_MOBILE), vec![OtherMobile]),
        (
            "a file in a mail",
            mail("", "Hi\n--file--\n13800138000"),
            vec![OtherMobile],
        ),
        ("a picture", jpeg.clone(), vec![PictureContent]),
        (
            "a position and more",
            jpeg_with(0xe1, &exif),
            vec![PicturePosition, PictureMetadata, Thumbnail, PictureContent],
        ),
        (
            "a remark",
            jpeg_with(0xfe, b"13800138000"),
            vec![OtherMobile, PictureMetadata, PictureContent],
        ),
        (
            "something after the end",
            [jpeg, b"more".to_vec()].concat(),
            vec![StrayBytes, PictureContent],
        ),
        (
            "a text in a PNG",
            png_with(b"tEXt", b"Author\0Li"),
            vec![PictureMetadata, PictureContent],
        ),
        (
            "Exif in a PNG",
            png_with(b"eXIf", &made_exif()),
            vec![PicturePosition, PictureMetadata, Thumbnail, PictureContent],
        ),
        (
            "half a picture",
            picture(ImageFormat::Png)[..40].to_vec(),
            vec![PictureContent, Broken],
        ),
        (
            "another kind of picture",
            b"GIF89a\0\0\0\0".to_vec(),
            vec![UnknownFormat, PictureContent],
        ),
        (
            "an old office file",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0".to_vec(),
            vec![LegacyOffice],
        ),
        ("a rich text", b"{\\rtf1 hello}".to_vec(), vec![LegacyOffice]),
        ("an unknown file", b"\0\x01\x02\x03".to_vec(), vec![UnknownFormat]),
        ("nothing", vec![], vec![]),
    ]);
}
