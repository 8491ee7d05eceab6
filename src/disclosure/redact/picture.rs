//! Pictures painted over where something is to go, and written anew from their pixels alone.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba};

use super::super::place::{Area, Spot};
use super::{Cannot, FileKind, FindingKind, Removal, Work};

/// Rewrites a picture.
pub fn rewrite(work: &mut Work<'_>, bytes: &[u8], kind: FileKind, removals: &[Removal]) -> Result<Vec<u8>, Cannot> {
    let format = if kind == FileKind::Png {
        ImageFormat::Png
    } else {
        ImageFormat::Jpeg
    };
    let mut picture = read(bytes, format, work.context.limits.pixels)?;
    for removal in removals {
        match &removal.place.spot {
            Spot::Picture { areas } if areas.is_empty() => return Err(Cannot::NothingLeft),
            Spot::Picture { areas } => areas.iter().for_each(|area| paint_over(&mut picture, area)),
            _ => return Err(Cannot::NoSuchPlace(removal.place.clone())),
        }
    }
    let mut written = Cursor::new(Vec::new());
    picture
        .write_to(&mut written, format)
        .map_err(|_| Cannot::Unread(FindingKind::Broken))?;
    Ok(written.into_inner())
}

/// The pixels of a picture, upright as it is shown.
pub fn read(bytes: &[u8], format: ImageFormat, most_pixels: u64) -> Result<DynamicImage, Cannot> {
    let broken = || Cannot::Unread(FindingKind::Broken);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_pixels.saturating_mul(8));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most_pixels {
        return Err(Cannot::Unread(FindingKind::TooLarge));
    }
    let orientation = decoder.orientation().map_err(|_| broken())?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| broken())?;
    picture.apply_orientation(orientation);
    // What a transparent pixel hides is a colour too.
    Ok(match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => picture,
        other if other.color().has_alpha() => {
            let mut pixels = other.to_rgba8();
            pixels
                .pixels_mut()
                .filter(|pixel| pixel.0[3] == 0)
                .for_each(|pixel| *pixel = Rgba([0, 0, 0, 0]));
            match format {
                ImageFormat::Jpeg => DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(pixels).to_rgb8()),
                _ => DynamicImage::ImageRgba8(pixels),
            }
        }
        other => DynamicImage::ImageRgb8(other.to_rgb8()),
    })
}

/// Paints an area black, with some pixels around it: what a JPEG smears over its blocks goes too.
pub fn paint_over(picture: &mut DynamicImage, area: &Area) {
    const AROUND: i64 = 8;
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let across = (area.left - AROUND).clamp(0, width)..(area.left.saturating_add(area.width) + AROUND).clamp(0, width);
    let down =
        (area.bottom - AROUND).clamp(0, height)..(area.bottom.saturating_add(area.height) + AROUND).clamp(0, height);
    for y in down {
        for x in across.clone() {
            let (x, y) = (x as u32, y as u32);
            match picture {
                DynamicImage::ImageLuma8(pixels) => pixels.put_pixel(x, y, image::Luma([0])),
                DynamicImage::ImageRgba8(pixels) => pixels.put_pixel(x, y, Rgba([0, 0, 0, 255])),
                DynamicImage::ImageRgb8(pixels) => pixels.put_pixel(x, y, image::Rgb([0, 0, 0])),
                _ => {}
            }
        }
    }
}
