//! Characters as a hurried reader takes them: full-width digits are digits, what has no width is not there.

/// What a character is to a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Seen, as this character.
    Seen(char),
    /// Not seen at all.
    Nothing,
}

impl Shape {
    /// What a character is to a search.
    pub fn of(character: char) -> Self {
        match character {
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{180e}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0000}'..='\u{e007f}' => Shape::Nothing,
            _ => Shape::Seen(folded(character)),
        }
    }

    /// The character, when there is one to see.
    pub fn plain(self) -> Option<char> {
        match self {
            Shape::Seen(character) => Some(character),
            Shape::Nothing => None,
        }
    }
}

/// Digits of every script that is used for numbers become 0 to 9, full-width forms narrow, odd spaces and hyphens usual.
fn folded(character: char) -> char {
    let at = |start: u32| (u32::from(character) - start) % 10;
    let digit = match character {
        '\u{660}'..='\u{669}' => Some(at(0x660)),
        '\u{6f0}'..='\u{6f9}' => Some(at(0x6f0)),
        '\u{966}'..='\u{96f}' => Some(at(0x966)),
        '\u{1d7ce}'..='\u{1d7ff}' => Some(at(0x1d7ce)),
        '\u{2080}'..='\u{2089}' => Some(at(0x2080)),
        '\u{2460}'..='\u{2468}' => Some(at(0x2460) + 1),
        '〇' | '零' => Some(0),
        _ => None,
    };
    if let Some(digit) = digit.and_then(|digit| char::from_digit(digit, 10)) {
        return digit;
    }
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => character,
    }
}

/// One seen character of a text, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The character, folded.
    pub character: char,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
}

/// The characters of a text that are seen.
pub fn seen(text: &str) -> Vec<Seen> {
    text.char_indices()
        .filter_map(|(start, character)| {
            let end = start + character.len_utf8();
            let character = Shape::of(character).plain()?;
            Some(Seen { character, start, end })
        })
        .collect()
}

/// Whether a character only keeps parts of a name or number apart.
pub fn parts(character: char) -> bool {
    character.is_whitespace()
        || character == BETWEEN_CELLS
        || matches!(character, '·' | '•' | '・' | '.' | ',' | '-' | '_')
}

/// Stands between the cells of a table where they are read as one text.
pub const BETWEEN_CELLS: char = '\u{e000}';

/// A name or address with nothing in it that spelling varies: narrow, small, without spaces.
pub fn compact(text: &str) -> String {
    text.chars()
        .filter_map(|character| Shape::of(character).plain())
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A glimpse of a value: enough to recognise it beside the file, not enough to use it.
pub fn masked(value: &str) -> String {
    let characters: Vec<char> = value.chars().filter(|one| !one.is_control()).take(64).collect();
    let shown = match characters.len() {
        0 => return String::new(),
        1..=2 => 1,
        3..=7 => 1,
        8..=12 => 3,
        _ => 4,
    };
    let tail = if characters.len() > 12 { 2 } else { 0 };
    characters
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let kept = at < shown || at + tail >= characters.len() || matches!(one, '@' | '+');
            if kept { *one } else { '•' }
        })
        .collect()
}
