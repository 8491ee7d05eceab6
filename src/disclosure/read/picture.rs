//! Pictures: what cameras and programs wrote beside the pixels. What the pixels show is for a person to see.

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::kind::FileKind;
use super::super::pictures::{self, Part};
use super::super::place::Spot;

/// Reads a picture.
pub fn file(inspector: &mut Inspector<'_>, bytes: &[u8], kind: FileKind) {
    inspector.unchecked(FindingKind::PictureContent, Spot::Picture { areas: Vec::new() });
    let parts = match kind {
        FileKind::Png => pictures::png(bytes),
        FileKind::Jpeg => pictures::jpeg(bytes),
        _ => {
            inspector.unchecked(FindingKind::UnknownFormat, Spot::File);
            return;
        }
    };
    if parts.broken {
        inspector.unchecked(FindingKind::Broken, Spot::File);
    }
    if parts.pixels > inspector.context.limits.pixels {
        inspector.unchecked(FindingKind::TooLarge, Spot::File);
    }
    if parts.after > 0 {
        inspector.hidden(FindingKind::StrayBytes, Spot::File, "");
    }
    for part in &parts.parts {
        match (kind, &part.name) {
            (FileKind::Png, name) => chunk(inspector, part, &String::from_utf8_lossy(name)),
            (_, [.., marker]) => segment(inspector, part, *marker),
        }
    }
}

/// Reads what stands beside the pixels of a JPEG that is part of another file.
pub fn beside_pixels(inspector: &mut Inspector<'_>, bytes: &[u8]) {
    for part in &pictures::jpeg(bytes).parts {
        let [.., marker] = part.name;
        segment(inspector, part, marker);
    }
}

fn chunk(inspector: &mut Inspector<'_>, part: &Part<'_>, name: &str) {
    match name {
        "eXIf" => exif(inspector, part.content),
        "tEXt" | "iTXt" | "zTXt" => {
            let keyword = part.content.split(|byte| *byte == 0).next().unwrap_or_default();
            written(inspector, name, &String::from_utf8_lossy(keyword), part.content);
        }
        "tIME" => inspector.hidden(FindingKind::PictureMetadata, Spot::Part(name.to_owned()), name),
        // Form: palette, colours, sizes, pixels.
        "IHDR" | "PLTE" | "IDAT" | "IEND" | "tRNS" | "cHRM" | "gAMA" | "iCCP" | "sBIT" | "sRGB" | "cICP" | "bKGD"
        | "hIST" | "pHYs" => {}
        _ => inspector.hidden(FindingKind::PictureMetadata, Spot::Part(name.to_owned()), name),
    }
}

fn segment(inspector: &mut Inspector<'_>, part: &Part<'_>, marker: u8) {
    match (marker, part.content) {
        (0xe1, content) if content.starts_with(b"Exif\0\0") => exif(inspector, content.get(6..).unwrap_or_default()),
        (0xe1, content) => written(inspector, "APP1", "XMP", content),
        (0xe2, content) if content.starts_with(b"MPF\0") => {
            inspector.hidden(FindingKind::Thumbnail, Spot::Part("MPF".to_owned()), "MPF");
        }
        (0xed, content) => written(inspector, "APP13", "IPTC", content),
        (0xfe, content) => written(inspector, "COM", "COM", content),
        // APP0 and APP14 say how colours are written, APP2 holds a profile of them.
        (0xe0 | 0xe2 | 0xee, content) if !content.starts_with(b"JFXX") => {}
        (0xe0..=0xef, content) => written(inspector, &format!("APP{}", marker & 15), "", content),
        _ => {}
    }
}

fn exif(inspector: &mut Inspector<'_>, bytes: &[u8]) {
    let exif = pictures::exif(bytes);
    let spot = || Spot::Part("Exif".to_owned());
    if exif.position {
        inspector.hidden(FindingKind::PicturePosition, spot(), "");
    }
    if exif.thumbnail {
        inspector.hidden(FindingKind::Thumbnail, spot(), "");
    }
    if !exif.fields.is_empty() {
        inspector.hidden(FindingKind::PictureMetadata, spot(), &exif.fields.join(", "));
    }
    texts(inspector, "Exif", bytes);
}

/// Text that a program wrote beside the pixels.
fn written(inspector: &mut Inspector<'_>, part: &str, shown: &str, content: &[u8]) {
    let text = String::from_utf8_lossy(content);
    let kind = match text.contains("GPSLatitude") || text.contains("GPSLongitude") {
        true => FindingKind::PicturePosition,
        false => FindingKind::PictureMetadata,
    };
    inspector.hidden(kind, Spot::Part(part.to_owned()), shown);
    texts(inspector, part, content);
}

fn texts(inspector: &mut Inspector<'_>, part: &str, content: &[u8]) {
    let text: String = String::from_utf8_lossy(content)
        .chars()
        .map(|one| {
            if one.is_control() || one == '\u{fffd}' {
                '\u{1}'
            } else {
                one
            }
        })
        .collect();
    inspector.text(&text, Remedy::Clean, &|_| Spot::Part(part.to_owned()));
}
