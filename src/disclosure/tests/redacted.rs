//! What is taken out of a file is in no part of it any more, and the rest is still there.

use image::{GenericImageView, ImageFormat};
use lopdf::content::Content;
use lopdf::{Document, Object, dictionary};

use super::super::archive::{Archive, Budget};
use super::super::context::Limits;
use super::super::{Area, Cannot, FileKind, Group, Place, Redacted, Remedy, Removal, Spot, redact};
use super::made::{Sheet, document, exif, jpeg_with, office, pdf, picture, png_with, row, sheet, workbook, zip};
use super::numbers::{OTHER_CARD, OTHER_ID, OTHER_MOBILE};
use super::pages::at;
use super::{FindingKind, context, look};

fn mark(kind: FindingKind) -> String {
    format!("[removed: {}]", kind.as_str())
}

/// Takes out everything that can be taken out.
#[track_caller]
fn without_findings(bytes: &[u8]) -> Redacted {
    let report = look(bytes);
    let removals: Vec<Removal> = report
        .findings
        .iter()
        .filter(|finding| finding.remedy == Remedy::Remove)
        .map(Removal::of)
        .collect();
    let done = redact("file", bytes, &removals, &context(), &mark);
    done.unwrap_or_else(|cannot| panic!("{cannot:?}; {:#?}", report.findings))
}

/// All that is written anywhere in a file, unpacked.
fn everything(bytes: &[u8]) -> String {
    let mut all = String::from_utf8_lossy(bytes).into_owned();
    if let (FileKind::Zip, Some(mut archive)) = (FileKind::of(bytes), Archive::open(bytes)) {
        let mut budget = Budget::of(Limits::default());
        for entry in archive.entries(&mut budget).unwrap() {
            all.push_str(&entry.name);
            all.push_str(&everything(&archive.read(&entry, &mut budget).unwrap()));
        }
    }
    if let Ok(document) = Document::load_mem(bytes) {
        for object in document.objects.values() {
            all.push_str(&format!("{object:?}"));
            let Ok(stream) = object.as_stream() else { continue };
            let plain = stream.get_plain_content().unwrap_or_default();
            all.push_str(&String::from_utf8_lossy(&plain));
            for operation in Content::decode(&plain)
                .map(|content| content.operations)
                .unwrap_or_default()
            {
                let texts = super::super::pdf::canvas::texts(&operation);
                texts
                    .iter()
                    .filter_map(|text| text.as_str().ok())
                    .for_each(|text| all.push_str(&String::from_utf8_lossy(text)));
            }
        }
    }
    for word in all.clone().split_whitespace().filter(|word| word.len() > 7) {
        use base64::Engine;
        if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(word) {
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

#[test]
fn what_is_taken_out_is_in_no_part_of_the_file_and_the_rest_is() {
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let paragraph = |inside: &str| format!("<w:p>{inside}</w:p>");
    let data = |second: &str| {
        format!(
            "<sheetData>{}{}</sheetData>",
            row(1, &["Kept", second]),
            row(2, &["440305", "198806152748"])
        )
    };
    let rels = r#"<Relationships><Relationship Id="s1" Type="http://x/slide" Target="slides/slide1.xml"/><Relationship Id="s2" Type="http://x/slide" Target="slides/slide2.xml"/></Relationships>"#;
    let slide = |show: &str, text: &str| {
        format!(
            "<p:sld {show} xmlns:p=\"p\" xmlns:a=\"a\"><p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"x\" descr=\"{OTHER_CARD}\"/></p:nvSpPr><a:p><a:r><a:t>Kept</a:t></a:r><a:r><a:t>{text}</a:t></a:r></a:p></p:sp></p:sld>"
        )
    };
    let (shown, hidden) = (slide("", OTHER_MOBILE), slide("show=\"0\"", OTHER_ID));
    let mail = format!(
        "From: xiaoming@example.com\nTo: xiaoming@example.com\nCc: a@example.org\nMessage-ID: <1@example.org>\nSubject: 合同 {OTHER_MOBILE}\n\nKept {OTHER_ID}\n--file--\n{OTHER_CARD}"
    );
    let inner = zip(&[("list.txt", format!("Kept {OTHER_MOBILE}").as_bytes())]);
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("text", format!("Kept\r\n电话１３８００１３８０００, {OTHER_ID} Anna Lee a@example.org\npassword: hunter2").into_bytes()),
        ("gbk", b"Kept \xb5\xe7\xbb\xb0 13800138000".to_vec()),
        ("csv", format!("name,phone,password\nKept,138,\"h,2\"\nb,{OTHER_MOBILE},hunter2\nc,440305,198806152748").into_bytes()),
        ("json", format!("{{\"a\": \"Kept\", \"n\": 12345678901234567890.10, \"p\": [\"call {OTHER_MOBILE}\"], \"password\": \"hunter2\", \"id\": {OTHER_CARD}}}").into_bytes()),
        ("html", format!("<html><body><p>Kept</p><!-- {OTHER_ID} --><p>138<b>0013</b>8000</p><div style=\"display:none\"><p>hunter2 a@example.org</p></div><script>x</script>").into_bytes()),
        ("zip", zip(&[("a.txt", b"Kept"), ("in.zip", &inner), ("李思雨.txt", b"x"), ("x.bin", b"\0\0\x01")])),
        ("mail", mail.into_bytes()),
        (
            "workbook",
            workbook(
                &[sheet("Data", &data(OTHER_MOBILE)), Sheet { name: "Notes", state: "hidden", inside: &data(OTHER_CARD) }],
                r#"<definedNames><definedName name="n" hidden="1">"hunter2"</definedName></definedNames>"#,
                &[
                    ("docProps/core.xml", "<c><creator>Anna Lee</creator></c>"),
                    ("xl/comments1.xml", "<c><t>a@example.org</t></c>"),
                    ("xl/pivotCache/r1.xml", "<r>hunter2</r>"),
                    ("xl/vbaProject.bin", "hunter2"),
                    ("xl/sharedStrings.xml", "<sst><si><t>Anna Lee</t></si></sst>"),
                    ("customXml/item1.xml", "<x>a@example.org</x>"),
                ],
            ),
        ),
        (
            "document",
            document(
                &format!(
                    "{}{}{}{}{}",
                    paragraph(&format!("{}{}<w:r><w:rPr><w:b/></w:rPr><w:t>0138000 Kept</w:t></w:r>", run("Kept "), run("1380"))),
                    paragraph(&format!("<w:del w:author=\"Anna Lee\"><w:r><w:delText>{OTHER_CARD}</w:delText></w:r></w:del><w:ins>{}</w:ins>", run("Kept"))),
                    paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hunter2</w:t></w:r><w:commentRangeStart/><w:hyperlink><w:r><w:t>Kept</w:t></w:r></w:hyperlink>"),
                    paragraph(&run("440305")),
                    paragraph(&run("198806152748")),
                ),
                &[
                    ("word/comments.xml", "<w:comments><w:t>a@example.org</w:t></w:comments>"),
                    ("word/settings.xml", "<w:settings><w:docVar w:val=\"hunter2\"/></w:settings>"),
                    ("docProps/core.xml", "<c><creator>Anna Lee</creator></c>"),
                    ("word/embeddings/a.bin", OTHER_ID),
                ],
            ),
        ),
        (
            "slides",
            office(
                "ppt/presentation.xml",
                &[
                    ("ppt/presentation.xml", "<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst><p:sldId id=\"1\" r:id=\"s1\"/><p:sldId id=\"2\" r:id=\"s2\"/></p:sldIdLst></p:presentation>"),
                    ("ppt/_rels/presentation.xml.rels", rels),
                    ("ppt/slides/slide1.xml", &shown),
                    ("ppt/slides/slide2.xml", &hidden),
                    ("ppt/notesSlides/n1.xml", "<p:notes><a:p><a:r><a:t>hunter2</a:t></a:r></a:p></p:notes>"),
                ],
            ),
        ),
        (
            "pdf",
            pdf(
                &format!(
                    "{}{}BT /F1 12 Tf 100 600 Td [(Kept 138) -50 (0013) 20 (8000 Kept)] TJ ET\n{}0 g 90 490 200 30 re f\n3 Tr {}",
                    at(100, 700, "Kept"), at(100, 650, OTHER_ID), at(100, 500, OTHER_CARD), at(100, 400, "hunter2"),
                ),
                |document, page| {
                    let info = document.add_object(dictionary! { "Author" => Object::string_literal("Anna Lee") });
                    document.trailer.set("Info", info);
                    let note = document.add_object(dictionary! { "Subtype" => "Text", "Contents" => Object::string_literal("a@example.org") });
                    document.get_dictionary_mut(page).unwrap().set("Annots", vec![note.into()]);
                    let file = document.add_object(lopdf::Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"hunter2".to_vec()));
                    document.catalog_mut().unwrap().set("AF", file);
                },
            ),
        ),
    ];
    let gone = [
        OTHER_ID,
        OTHER_MOBILE,
        OTHER_CARD,
        "198806152748",
        "0138000",
        "00138000",
        "hunter2",
        "Anna Lee",
        "a@example.org",
        "１３８",
    ];
    for (what, bytes) in rows {
        let done = without_findings(&bytes);
        let left: Vec<_> = done
            .report
            .findings
            .iter()
            .filter(|finding| finding.kind.group() != Group::NotCheckable)
            .collect();
        assert!(left.is_empty(), "{what}: {left:#?}");
        let all = everything(&done.bytes);
        for value in gone {
            assert!(!all.contains(value), "{what} still has {value}");
        }
        assert!(all.contains("Kept"), "{what} lost the rest: {all}");
        // Letters of a PDF are found one by one, and its marks as well.
        assert!(all.contains("[removed"), "{what} does not say what was removed: {all}");
    }
}

#[test]
fn asking_for_every_finding_by_its_place_is_no_error() {
    let exif = [b"Exif\0\0".as_slice(), &exif()].concat();
    let secret = workbook(
        &[
            sheet("Data", "<sheetData/>"),
            Sheet {
                name: "Notes",
                state: "hidden",
                inside: &format!("<sheetData>{}</sheetData>", row(1, &[OTHER_ID])),
            },
        ],
        "",
        &[("xl/comments1.xml", &format!("<c><t>{OTHER_MOBILE}</t></c>"))],
    );
    let noted = pdf(&at(100, 700, "Kept"), |document, page| {
        let note = dictionary! { "Subtype" => "Text", "Contents" => Object::string_literal(OTHER_MOBILE) };
        let note = document.add_object(note);
        document
            .get_dictionary_mut(page)
            .unwrap()
            .set("Annots", vec![note.into()]);
    });
    let html = b"<html><div style=\"display:none\">hunter2</div><p>Kept</p><!-- 13800138000 -->".to_vec();
    let mail =
        b"From: xiaoming@example.com\nTo: xiaoming@example.com\nCc: a@example.org\nMessage-ID: <1@x>\n\nKept".to_vec();
    let remark = jpeg_with(0xfe, OTHER_MOBILE.as_bytes());
    for bytes in [secret, noted, html, mail, jpeg_with(0xe1, &exif), remark] {
        let report = look(&bytes);
        let all = report
            .findings
            .iter()
            .filter(|finding| finding.remedy != Remedy::Decide);
        let removals: Vec<Removal> = all.map(Removal::of).collect();
        assert!(!removals.is_empty());
        let done = redact("file", &bytes, &removals, &context(), &mark).unwrap();
        assert!(!everything(&done.bytes).contains("hunter2"));
        assert!(
            done.report
                .findings
                .iter()
                .all(|finding| finding.kind.group() == Group::NotCheckable)
        );
    }
}

#[test]
fn what_stays_of_a_text_stays_as_it_is() {
    let rows = [
        ("call 13800138000 now", "call [removed: other_mobile] now"),
        ("a,b\r\nLi,138-0013-8000\r\n", "a,b\nLi,[removed: other_mobile]\n"),
        ("a;b\n\"x;y\";13800138000\n", "a;b\n\"x;y\";[removed: other_mobile]\n"),
        (
            "{\"n\":1.10,\"p\":13800138000}",
            "{\"n\":1.10,\"p\":\"[removed: other_mobile]\"}",
        ),
        (
            "[\"x\", \"\\u0031380013\\u0038000\"]",
            "[\"x\", \"[removed: other_mobile]\"]",
        ),
    ];
    for (before, after) in rows {
        let done = without_findings(before.as_bytes());
        assert_eq!(String::from_utf8(done.bytes).unwrap(), after);
    }
}

#[test]
fn letters_beside_what_is_removed_stay_where_they_were() {
    let before = pdf(&at(100, 700, &format!("Call {OTHER_MOBILE} today")), |_, _| {});
    let after = without_findings(&before).bytes;
    let letters = |bytes: &[u8]| {
        let document = Document::load_mem(bytes).unwrap();
        let page = document.page_iter().next().unwrap();
        let canvas = super::super::pdf::canvas::paint(&document, page, &[], &[]);
        let letters = canvas.glyphs.into_iter().filter(|glyph| glyph.size > 11.0);
        letters
            .map(|glyph| (glyph.text.unwrap(), glyph.area.left.round() as i64))
            .collect::<Vec<_>>()
    };
    let (before, after) = (letters(&before), letters(&after));
    let kept: Vec<_> = before
        .into_iter()
        .filter(|(text, _)| !text.chars().all(|one| one.is_ascii_digit()))
        .collect();
    assert_eq!(after, kept);
}

#[test]
fn pictures_lose_their_data_and_the_pixels_that_are_to_go() {
    let exif = [b"Exif\0\0".as_slice(), &exif()].concat();
    let area = Area {
        left: 10,
        bottom: 10,
        width: 6,
        height: 6,
    };
    let removal = Removal {
        place: Place::here(Spot::Picture { areas: vec![area] }),
        reason: FindingKind::PictureContent,
    };
    for (bytes, format) in [
        (jpeg_with(0xe1, &exif), ImageFormat::Jpeg),
        (png_with(b"tEXt", b"Author\0Li"), ImageFormat::Png),
    ] {
        let done = redact("p", &bytes, std::slice::from_ref(&removal), &context(), &mark).unwrap();
        assert_eq!(
            done.report.kinds().into_iter().collect::<Vec<_>>(),
            [FindingKind::PictureContent]
        );
        let pixels = image::load_from_memory_with_format(&done.bytes, format).unwrap();
        assert!(pixels.get_pixel(12, 12).0.iter().take(3).all(|part| *part < 24));
    }
    assert!(!picture(ImageFormat::Png).is_empty());
}

#[test]
fn a_reason_that_a_page_has_no_letters_for_stands_there_as_its_number() {
    let chinese = |kind: FindingKind| format!("[已移除：{}]", kind.number());
    let bytes = pdf(
        &format!(
            "{} {}",
            at(100, 700, &format!("Call {OTHER_MOBILE}")),
            at(100, 600, OTHER_ID)
        ),
        |_, _| {},
    );
    let report = look(&bytes);
    let removals: Vec<Removal> = report.findings.iter().map(Removal::of).collect();
    let done = redact("file", &bytes, &removals, &context(), &chinese).unwrap();
    assert_eq!(done.numbered, [FindingKind::OtherIdNumber, FindingKind::OtherMobile]);
    let document = Document::load_mem(&done.bytes).unwrap();
    let page = document.page_iter().next().unwrap();
    let shown: Vec<String> = Content::decode(&document.get_page_content(page))
        .unwrap()
        .operations
        .iter()
        .filter(|operation| operation.operator == "Tj")
        .filter_map(|operation| operation.operands[0].as_str().ok())
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    for kind in &done.numbered {
        assert!(shown.contains(&format!("[{}]", kind.number())), "{kind:?} in {shown:?}");
    }
    // Where there are letters for the words, the words stand there.
    let english = redact("file", &bytes, &removals, &context(), &mark).unwrap();
    assert!(english.numbered.is_empty());
}

#[test]
fn each_kind_has_a_number_of_its_own() {
    let numbers: Vec<usize> = FindingKind::ALL.iter().map(|kind| kind.number()).collect();
    assert_eq!(numbers, (1..=FindingKind::ALL.len()).collect::<Vec<_>>());
}

#[test]
fn pixels_of_a_picture_in_a_pdf_are_painted_over() {
    let bytes = pdf(
        "q 100 0 0 100 300 300 cm /I Do Q BT /F1 12 Tf 9 9 Td (Kept) Tj ET",
        |document, page| {
            let picture = lopdf::Stream::new(
                dictionary! { "Subtype" => "Image", "Width" => 10, "Height" => 10, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
                vec![200; 100],
            );
            let picture = document.add_object(picture);
            let resources = document
                .get_dictionary_mut(page)
                .unwrap()
                .get_mut(b"Resources")
                .unwrap();
            resources
                .as_dict_mut()
                .unwrap()
                .set("XObject", dictionary! { "I" => picture });
        },
    );
    // The upper left quarter of the picture.
    let area = Area {
        left: 300_000,
        bottom: 350_000,
        width: 50_000,
        height: 50_000,
    };
    let removal = Removal {
        place: Place::here(Spot::Page {
            page: 1,
            areas: vec![area],
        }),
        reason: FindingKind::PictureContent,
    };
    let done = redact("p", &bytes, &[removal], &context(), &mark).unwrap();
    let document = Document::load_mem(&done.bytes).unwrap();
    let image = document.objects.values().find_map(|object| {
        let stream = object.as_stream().ok()?;
        stream
            .dict
            .get(b"Width")
            .ok()
            .map(|_| stream.get_plain_content().unwrap())
    });
    let pixels = image.unwrap();
    assert_eq!((pixels[0], pixels[44]), (0, 0));
}

#[test]
fn what_cannot_be_redacted_is_refused() {
    let cannot = |bytes: &[u8], removals: &[Removal]| redact("x", bytes, removals, &context(), &mark).unwrap_err();
    let at_cell = Removal {
        place: Place::here(Spot::Sheet("x".to_owned())),
        reason: FindingKind::OtherName,
    };
    assert_eq!(
        cannot(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", &[]),
        Cannot::Kind(FileKind::Ole)
    );
    assert_eq!(cannot(b"GIF89a\0\0\0", &[]), Cannot::Kind(FileKind::OtherPicture));
    assert!(matches!(cannot(b"%PDF-1.7 half", &[]), Cannot::Unread(_)));
    assert!(matches!(cannot(b"text", &[at_cell]), Cannot::NoSuchPlace(_)));
    let whole = Removal {
        place: Place {
            inside: vec!["a.txt".to_owned()],
            spot: Spot::File,
        },
        reason: FindingKind::UnknownFormat,
    };
    assert_eq!(cannot(&zip(&[("a.txt", b"x")]), &[whole]), Cannot::NothingLeft);
}
