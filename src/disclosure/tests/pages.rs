//! PDFs with something planted in them, and one with nothing.

use lopdf::{Dictionary, Object, Stream, dictionary};

use super::made::pdf;
use super::numbers::OTHER_MOBILE;
use super::{FindingKind, each};

/// A text at a place of the page.
pub fn at(x: i32, y: i32, text: &str) -> String {
    format!("BT /F1 12 Tf {x} {y} Td ({text}) Tj ET\n")
}

fn nothing(_: &mut lopdf::Document, _: lopdf::ObjectId) {}

#[test]
fn what_is_planted_in_a_pdf_is_found() {
    use FindingKind::*;
    let hello = at(100, 700, "Hello");
    let secret = at(100, 600, "Secret");
    let number = format!("({}) Tj", OTHER_MOBILE);
    let page = |content: String| pdf(&content, nothing);
    let box_over = "0 g 90 590 200 30 re f\n";
    let with_info = pdf(&hello, |document, _| {
        let info = document.add_object(dictionary! { "Author" => Object::string_literal("Li") });
        document.trailer.set("Info", info);
    });
    let attached = pdf(&hello, |document, _| {
        let file = document.add_object(Stream::new(
            dictionary! { "Type" => "EmbeddedFile" },
            OTHER_MOBILE.as_bytes().to_vec(),
        ));
        let spec = document.add_object(dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => file } });
        document.catalog_mut().unwrap().set("AF", vec![spec.into()]);
    });
    let noted = pdf(&hello, |document, page| {
        let note = document.add_object(dictionary! { "Subtype" => "Text", "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()], "Contents" => Object::string_literal(OTHER_MOBILE) });
        document
            .get_dictionary_mut(page)
            .unwrap()
            .set("Annots", vec![note.into()]);
    });
    let scripted = pdf(&hello, |document, _| {
        let action = document.add_object(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("x()") });
        document.catalog_mut().unwrap().set("OpenAction", action);
    });
    let layered = |state: &'static str| {
        pdf(&format!("{hello}/OC /L BDC {secret} EMC"), move |document, page| {
            let layer = document.add_object(dictionary! { "Type" => "OCG" });
            let list = vec![Object::Reference(layer)];
            document.catalog_mut().unwrap().set(
                "OCProperties",
                dictionary! { "OCGs" => list.clone(), "D" => dictionary! { state => list } },
            );
            let resources = document
                .get_dictionary_mut(page)
                .unwrap()
                .get_mut(b"Resources")
                .unwrap();
            resources
                .as_dict_mut()
                .unwrap()
                .set("Properties", dictionary! { "L" => layer });
        })
    };
    let mut revised = pdf(&hello, nothing);
    let first = revised.clone();
    let start = first.windows(9).rposition(|part| part == b"startxref").unwrap();
    let table = String::from_utf8_lossy(&first[start + 9..])
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    revised.extend(
        format!(
            "\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 9/Root 5 0 R/Prev {table}>>\nstartxref\n{}\n%%EOF\n",
            first.len() + 1
        )
        .as_bytes(),
    );
    let pictured = pdf(
        &format!("{hello} q 100 0 0 100 300 300 cm /I Do Q"),
        |document, page| {
            let picture = document.add_object(Stream::new(
            dictionary! { "Subtype" => "Image", "Width" => 1, "Height" => 1, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
            vec![0],
        ));
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
    let unreadable = pdf("BT /F2 12 Tf 100 700 Td <00010002> Tj ET", |document, page| {
        let wide = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "CIDFontType2" });
        let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type0", "Encoding" => "Identity-H", "DescendantFonts" => vec![wide.into()] });
        let resources = document
            .get_dictionary_mut(page)
            .unwrap()
            .get_mut(b"Resources")
            .unwrap();
        let fonts = resources.as_dict_mut().unwrap().get_mut(b"Font").unwrap();
        fonts.as_dict_mut().unwrap().set("F2", font);
    });
    let left_over = pdf(&hello, |document, _| {
        document.add_object(Dictionary::from_iter([("Left", Object::string_literal(OTHER_MOBILE))]));
    });
    let form = pdf(&format!("{hello} /X Do"), |document, page| {
        let fonts = document
            .get_dictionary(page)
            .unwrap()
            .get(b"Resources")
            .unwrap()
            .clone();
        let stream = Stream::new(
            dictionary! { "Subtype" => "Form", "Resources" => fonts },
            at(100, 500, OTHER_MOBILE).into_bytes(),
        );
        let form = document.add_object(stream);
        let resources = document
            .get_dictionary_mut(page)
            .unwrap()
            .get_mut(b"Resources")
            .unwrap();
        resources
            .as_dict_mut()
            .unwrap()
            .set("XObject", dictionary! { "X" => form });
    });
    each(vec![
        ("a clean file", page(hello.clone()), vec![]),
        (
            "another person's number",
            page(at(100, 700, OTHER_MOBILE)),
            vec![OtherMobile],
        ),
        (
            "a number in pieces",
            page("BT /F1 12 Tf 100 700 Td [(138) -50 (0013) 20 (8000)] TJ ET".to_owned()),
            vec![OtherMobile],
        ),
        (
            "a number written from its end",
            page(format!("{}{}", at(126, 700, "00138000"), at(106, 700, "138"))),
            vec![OtherMobile],
        ),
        ("a number in a form", form, vec![OtherMobile]),
        (
            "text under a box",
            page(format!("{hello}{secret}{box_over}")),
            vec![CoveredText],
        ),
        (
            "a number under a box",
            page(format!("{hello}BT /F1 12 Tf 100 600 Td {number} ET {box_over}")),
            vec![OtherMobile, CoveredText],
        ),
        (
            "text over a box",
            page(format!("{hello}0.5 g 90 590 200 30 re f 0 g {secret}")),
            vec![],
        ),
        (
            "text over white paper",
            page(format!("{hello}1 g 0 0 600 800 re f 0 g {secret}")),
            vec![CoveredText],
        ),
        (
            "a box that shines through",
            page(format!("{hello}{secret}1 1 0 rg 90 590 1 1 re f")),
            vec![],
        ),
        ("white text", page(format!("{hello}1 g {secret}")), vec![HiddenText]),
        (
            "white text on black",
            page(format!("{hello}0 g 90 590 200 30 re f 1 g {secret}")),
            vec![],
        ),
        (
            "invisible text",
            page(format!("{hello}3 Tr {secret}")),
            vec![HiddenText],
        ),
        (
            "text beside the page",
            page(format!("{hello}{}", at(700, 700, "Secret"))),
            vec![OutsideText],
        ),
        (
            "text that is cut off",
            page(format!("{hello}0 0 50 50 re W n {secret}")),
            vec![OutsideText],
        ),
        ("an author", with_info, vec![Metadata]),
        ("a file inside", attached, vec![OtherMobile, EmbeddedFile]),
        ("a note", noted, vec![OtherMobile, Annotation]),
        ("a script", scripted, vec![ActiveContent]),
        ("a layer that is off", layered("OFF"), vec![HiddenLayer]),
        ("a layer that is on", layered("ON"), vec![]),
        ("an earlier state", revised, vec![EarlierRevision]),
        ("a picture", pictured, vec![PictureContent]),
        ("letters that nobody can tell", unreadable, vec![UnreadText]),
        (
            "something that nothing leads to",
            left_over,
            vec![OtherMobile, StrayBytes],
        ),
        ("half a file", page(hello.clone())[..200].to_vec(), vec![Broken]),
    ]);
}
