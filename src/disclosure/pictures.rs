//! PNG and JPEG pictures by their parts, and the Exif data that cameras put into them.

/// A part of a picture's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'b> {
    /// The chunk's type, or the number of the JPEG segment.
    pub name: [u8; 4],
    /// Its content.
    pub content: &'b [u8],
}

/// A picture's file, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts<'b> {
    /// Its parts in their order, without the pixels of a JPEG.
    pub parts: Vec<Part<'b>>,
    /// Width times height; 0 when it is not said.
    pub pixels: u64,
    /// How many bytes stand after the picture's end.
    pub after: usize,
    /// Whether the file ends before the picture does.
    pub broken: bool,
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

/// The chunks of a PNG (PNG specification, section 5).
pub fn png(bytes: &[u8]) -> Parts<'_> {
    let mut found = Parts::default();
    let mut at = 8;
    loop {
        let chunk = number(bytes, at, 4).and_then(|length| {
            let name = bytes.get(at + 4..at + 8)?.try_into().ok()?;
            let content = bytes.get(at + 8..(at + 8).checked_add(length)?)?;
            Some(Part { name, content })
        });
        let Some(chunk) = chunk else {
            found.broken = true;
            return found;
        };
        at += 12 + chunk.content.len();
        if &chunk.name == b"IHDR" {
            let side = |at| number(chunk.content, at, 4).unwrap_or(0) as u64;
            found.pixels = side(0).saturating_mul(side(4));
        }
        let last = &chunk.name == b"IEND";
        found.parts.push(chunk);
        if last {
            found.after = bytes.len().saturating_sub(at);
            return found;
        }
    }
}

/// The segments of a JPEG (ITU-T T.81, annex B). The name of a segment is `\0\0\xff` and its marker.
pub fn jpeg(bytes: &[u8]) -> Parts<'_> {
    let mut found = Parts::default();
    let mut at = 2;
    while let Some(marker) = marker_at(bytes, &mut at) {
        match marker {
            0xd9 => {
                found.after = bytes.len().saturating_sub(at);
                return found;
            }
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let content = number(bytes, at, 2).and_then(|length| bytes.get(at + 2..at.checked_add(length.max(2))?));
        let Some(content) = content else { break };
        at += 2 + content.len();
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let side = |at| number(content, at, 2).unwrap_or(0) as u64;
            found.pixels = found.pixels.max(side(1).saturating_mul(side(3)));
        }
        found.parts.push(Part {
            name: [0, 0, 0xff, marker],
            content,
        });
    }
    found.broken = true;
    found
}

/// The next marker; `at` stands behind it then. Pixels in between are passed over.
fn marker_at(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let skipped = bytes.get(*at..)?.iter().position(|byte| *byte == 0xff)?;
        *at += skipped + 1;
        match bytes.get(*at)? {
            0 => *at += 1,
            0xff => {}
            marker => {
                *at += 1;
                return Some(*marker);
            }
        }
    }
}

/// What Exif data tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exif {
    /// Whether it says where on Earth the picture was taken.
    pub position: bool,
    /// Whether it holds a small copy of the picture.
    pub thumbnail: bool,
    /// Which telling fields it has.
    pub fields: Vec<&'static str>,
}

/// The fields that tell of a person, a device or a time.
const TELLING: [(usize, &str); 14] = [
    (0x010e, "ImageDescription"),
    (0x010f, "Make"),
    (0x0110, "Model"),
    (0x0131, "Software"),
    (0x0132, "DateTime"),
    (0x013b, "Artist"),
    (0x013c, "HostComputer"),
    (0x8298, "Copyright"),
    (0x9003, "DateTimeOriginal"),
    (0x927c, "MakerNote"),
    (0x9286, "UserComment"),
    (0xa430, "CameraOwnerName"),
    (0xa431, "BodySerialNumber"),
    (0xa435, "LensSerialNumber"),
];

/// Reads Exif data: a TIFF header and directories (CIPA DC-008).
pub fn exif(bytes: &[u8]) -> Exif {
    /// A file has four or five directories.
    const MOST_DIRECTORIES: usize = 16;
    let mut found = Exif::default();
    let little = bytes.starts_with(b"II");
    let read = |at: usize, length: usize| {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let fold = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
        Some(match little {
            true => bytes.iter().rev().fold(0, fold),
            false => bytes.iter().fold(0, fold),
        })
    };
    let mut waiting: Vec<usize> = read(4, 4).into_iter().collect();
    let mut seen = 0;
    while let Some(at) = waiting.pop() {
        seen += 1;
        let Some(count) = read(at, 2).filter(|_| at > 0 && seen <= MOST_DIRECTORIES) else {
            continue;
        };
        for entry in 0..count {
            let place = at + 2 + entry * 12;
            let (Some(tag), Some(value)) = (read(place, 2), read(place + 8, 4)) else {
                break;
            };
            match tag {
                // Also a directory with nothing but its version is a directory; only places count.
                0x8825 => found.position |= (1..=4).any(|tag| has_tag(&read, value, tag)),
                0x8769 | 0xa005 => waiting.push(value),
                0x0201 | 0x0202 => found.thumbnail = true,
                _ => {
                    let telling = TELLING
                        .iter()
                        .find(|(telling, _)| *telling == tag)
                        .map(|(_, name)| *name);
                    found.fields.extend(telling.filter(|name| !found.fields.contains(name)));
                }
            }
        }
        waiting.extend(read(at + 2 + count * 12, 4).filter(|next| *next > 0));
    }
    found
}

fn has_tag(read: &impl Fn(usize, usize) -> Option<usize>, directory: usize, tag: usize) -> bool {
    let count = read(directory, 2).unwrap_or(0).min(64);
    (0..count).any(|entry| read(directory + 2 + entry * 12, 2) == Some(tag))
}
