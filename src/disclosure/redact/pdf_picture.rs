//! Pictures of a PDF: painted over in their own pixels, and without what cameras wrote into them.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use lopdf::{Document, Object, ObjectId, Stream};

use super::super::pdf::geometry::{Matrix, Rect};
use super::super::pdf::{MOST_STREAM, number, value};
use super::super::place::Area;

/// Paints areas of the page black in a picture; nothing when its pixels cannot be changed here.
pub fn paint_over(document: &mut Document, id: ObjectId, matrix: &Matrix, areas: &[Rect]) -> Option<()> {
    let stream = document.get_object(id).ok()?.as_stream().ok()?;
    let mut picture = pixels(document, stream)?;
    for area in areas {
        let area = in_pixels(matrix, area, picture.width(), picture.height())?;
        super::picture::paint_over(&mut picture, &area);
    }
    let is_jpeg = filters(stream) == [b"DCTDecode"];
    let content = match is_jpeg {
        true => {
            let mut written = Cursor::new(Vec::new());
            picture.write_to(&mut written, ImageFormat::Jpeg).ok()?;
            written.into_inner()
        }
        false => picture.into_bytes(),
    };
    let stream = document.get_object_mut(id).ok()?.as_stream_mut().ok()?;
    if is_jpeg {
        stream.set_content(content);
    } else {
        stream.set_plain_content(content);
        stream.dict.remove(b"DecodeParms");
        // Without compression it is larger, and just as good.
        let _ = stream.compress();
    }
    Some(())
}

fn filters(stream: &Stream) -> Vec<&[u8]> {
    stream.filters().unwrap_or_default()
}

/// The pixels of a picture in grey or in red, green and blue, 8 bits each.
fn pixels(document: &Document, stream: &Stream) -> Option<DynamicImage> {
    const MOST_PIXELS: u64 = 50_000_000;
    let side = |key: &[u8]| {
        value(document, &stream.dict, key)
            .and_then(number)
            .map(|side| side as u32)
    };
    let (width, height) = (side(b"Width")?, side(b"Height")?);
    let depth = value(document, &stream.dict, b"BitsPerComponent").and_then(number);
    if u64::from(width) * u64::from(height) > MOST_PIXELS || stream.dict.has(b"Decode") || depth != Some(8.0) {
        return None;
    }
    let colours = colours(document, stream)?;
    match filters(stream).as_slice() {
        [b"DCTDecode"] => {
            let picture = image::load_from_memory_with_format(&stream.content, ImageFormat::Jpeg).ok()?;
            let same = (picture.width(), picture.height()) == (width, height);
            let picture = if colours == 1 {
                DynamicImage::ImageLuma8(picture.to_luma8())
            } else {
                DynamicImage::ImageRgb8(picture.to_rgb8())
            };
            same.then_some(picture)
        }
        [] | [b"FlateDecode"] | [b"LZWDecode"] => {
            let mut bytes = stream.get_plain_content_with_limit(MOST_STREAM).ok()?;
            let length = width as usize * height as usize * colours;
            if bytes.len() < length {
                return None;
            }
            bytes.truncate(length);
            match colours {
                1 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8),
                _ => RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
            }
        }
        _ => None,
    }
}

/// How many colours a pixel has, where it is 1 or 3.
fn colours(document: &Document, stream: &Stream) -> Option<usize> {
    let space = value(document, &stream.dict, b"ColorSpace")?;
    match space {
        Object::Name(name) => match name.as_slice() {
            b"DeviceGray" => Some(1),
            b"DeviceRGB" => Some(3),
            _ => None,
        },
        Object::Array(items) => {
            let profile = items
                .get(1)
                .map(|profile| super::super::pdf::resolved(document, profile));
            match (items.first()?.as_name().ok()?, profile) {
                (b"CalGray", _) => Some(1),
                (b"CalRGB", _) => Some(3),
                (b"ICCBased", Some(Object::Stream(profile))) => {
                    match value(document, &profile.dict, b"N").and_then(number)? as i64 {
                        1 => Some(1),
                        3 => Some(3),
                        _ => None,
                    }
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Where an area of the page lies in the pixels of a picture that a matrix lays onto the page.
fn in_pixels(matrix: &Matrix, area: &Rect, width: u32, height: u32) -> Option<Area> {
    let inverse = matrix.inverse()?;
    let unit = inverse.moved(area);
    let (width, height) = (f64::from(width), f64::from(height));
    let left = (unit.left * width).clamp(-1.0, width + 1.0).floor() as i64;
    let right = (unit.right * width).clamp(-1.0, width + 1.0).ceil() as i64;
    // Pixels count from above.
    let top = ((1.0 - unit.top) * height).clamp(-1.0, height + 1.0).floor() as i64;
    let bottom = ((1.0 - unit.bottom) * height).clamp(-1.0, height + 1.0).ceil() as i64;
    Some(Area {
        left,
        bottom: top,
        width: right - left,
        height: bottom - top,
    })
}

/// Takes what cameras and programs wrote out of a JPEG, its pixels untouched.
pub fn without_metadata(stream: &mut Stream) {
    if filters(stream).last() != Some(&b"DCTDecode".as_slice()) || filters(stream).len() != 1 {
        return;
    }
    let content = clean_jpeg(&stream.content);
    if let Some(content) = content {
        stream.set_content(content);
    }
}

/// A JPEG with only the segments that its pixels need.
fn clean_jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut clean = bytes.get(..2)?.to_vec();
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes.get(at) == Some(&0xff))?;
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let segment = bytes.get(at..at + 2 + length)?;
        let profile = marker == 0xe2
            && segment
                .get(4..)
                .is_some_and(|content| content.starts_with(b"ICC_PROFILE"));
        let written = matches!(marker, 0xe1..=0xed | 0xef | 0xfe) && !profile;
        if !written {
            clean.extend(segment);
        }
        at += 2 + length;
        // What follows the start of the scan are pixels, up to the end of the picture.
        if marker == 0xda {
            let rest = bytes.get(at..)?;
            let end = rest
                .windows(2)
                .position(|pair| pair == [0xff, 0xd9])
                .map_or(rest.len(), |end| end + 2);
            clean.extend(rest.get(..end)?);
            return Some(clean);
        }
    }
}
