//! HTML and other XML as text: what is read, and what only its source shows.

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::place::{Spot, Stretch};
use super::plain;

/// Whether a text is HTML, SVG or another XML.
pub fn is_markup(text: &str) -> bool {
    let start = text.trim_start();
    let tag = |name: &str| {
        start
            .get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    ["<!doctype", "<html", "<?xml", "<svg", "<head", "<body"]
        .into_iter()
        .any(tag)
}

/// A piece of a markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text between tags.
    Text(&'t str),
    /// A tag, from `<` to `>`.
    Tag(&'t str),
    /// A comment, or the content of a script or style.
    Unseen(&'t str),
}

/// The pieces of a markup, each with the byte it starts at.
pub fn pieces(text: &str) -> Vec<(usize, Piece<'_>)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let piece = if rest.starts_with("<!--") {
            Piece::Unseen(until(rest, "-->"))
        } else if rest.starts_with('<') {
            Piece::Tag(until(rest, ">"))
        } else {
            Piece::Text(rest.split('<').next().unwrap_or(rest))
        };
        let length = match piece {
            Piece::Text(part) | Piece::Tag(part) | Piece::Unseen(part) => part.len(),
        };
        pieces.push((at, piece));
        at += length.max(1);
        if let (Piece::Tag(tag), Some(rest)) = (piece, text.get(at..))
            && let Some(end) = ["script", "style"].into_iter().find(|name| opens(tag, name))
        {
            let inner = before_closing(rest, end);
            pieces.push((at, Piece::Unseen(inner)));
            at += inner.len();
        }
    }
    pieces
}

/// The text before the closing tag of that name.
fn before_closing<'t>(text: &'t str, name: &str) -> &'t str {
    let closing = |at: &usize| {
        let found = text.get(at + 2..at + 2 + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let end = text.match_indices("</").map(|(at, _)| at).find(closing);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn opens(tag: &str, name: &str) -> bool {
    let rest = tag
        .get(1..1 + name.len())
        .filter(|found| found.eq_ignore_ascii_case(name));
    rest.is_some()
        && !tag.ends_with("/>")
        && tag
            .get(1 + name.len()..)
            .is_some_and(|rest| rest.starts_with([' ', '>', '\n', '\t']))
}

fn until<'t>(text: &'t str, end: &str) -> &'t str {
    text.find(end).and_then(|at| text.get(..at + end.len())).unwrap_or(text)
}

/// Reads a markup: its source is looked through as it is, and once more as it is read, without tags and with characters in
/// place of their names.
pub fn text(inspector: &mut Inspector<'_>, text: &str) {
    plain::lines(inspector, text);
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let spot = |stretch: Stretch| Spot::Text {
        line: ends.partition_point(|end| *end < stretch.start) + 1,
        stretch,
    };
    let mut read = String::with_capacity(text.len());
    let mut origin: Vec<(usize, usize)> = Vec::new();
    for (at, piece) in pieces(text) {
        match piece {
            Piece::Text(part) => {
                for (offset, length, said) in characters(part) {
                    for one in said.chars() {
                        origin.push((at + offset, at + offset + length));
                        read.push(one);
                    }
                }
            }
            Piece::Tag(tag) if separates(tag) => {
                origin.push((at, at));
                read.push('\n');
            }
            Piece::Tag(tag) => {
                if hides(tag) {
                    let stretch = Stretch {
                        start: at,
                        end: at + tag.len(),
                    };
                    inspector.hidden(FindingKind::HiddenText, spot(stretch), tag);
                }
            }
            Piece::Unseen(part) => {
                if !part.trim().is_empty() {
                    let stretch = Stretch {
                        start: at,
                        end: at + part.len(),
                    };
                    let kind = if part.starts_with("<!--") {
                        FindingKind::Comment
                    } else {
                        FindingKind::ActiveContent
                    };
                    inspector.hidden(kind, spot(stretch), "");
                }
            }
        }
    }
    let starts: Vec<usize> = read.char_indices().map(|(at, _)| at).collect();
    let place = |stretch: Stretch| {
        let first = starts.partition_point(|start| *start < stretch.start);
        let last = starts.partition_point(|start| *start < stretch.end).saturating_sub(1);
        let start = origin.get(first).map_or(0, |one| one.0);
        let end = origin.get(last).map_or(start, |one| one.1);
        spot(Stretch { start, end })
    };
    inspector.text(&read, Remedy::Remove, &place);
}

/// Tags that end a line where they are read.
pub fn separates(tag: &str) -> bool {
    let name: String = tag
        .chars()
        .skip(1)
        .skip_while(|one| *one == '/')
        .take_while(char::is_ascii_alphanumeric)
        .take(12)
        .collect::<String>()
        .to_ascii_lowercase();
    matches!(
        name.as_str(),
        "br" | "p"
            | "div"
            | "td"
            | "th"
            | "tr"
            | "li"
            | "table"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "dt"
            | "dd"
            | "pre"
    )
}

/// Tags whose content is not shown.
pub fn hides(tag: &str) -> bool {
    let small: String = tag
        .chars()
        .filter(|one| !one.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    let styles = [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "opacity:0;",
        "color:white",
        "color:#fff",
    ];
    styles.into_iter().any(|style| small.contains(style))
        || small.contains("type=\"hidden\"")
        || tag.contains(" hidden")
}

/// What a text between tags says.
pub fn said_by(text: &str) -> String {
    characters(text).into_iter().map(|(_, _, said)| said).collect()
}

/// The characters of a text between tags, with entities replaced: offset, length as written, what it says.
fn characters(text: &str) -> Vec<(usize, usize, String)> {
    const LONGEST: usize = 12;
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(one) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let entity = (one == '&')
            .then(|| text.get(at..)?.bytes().take(LONGEST).position(|byte| byte == b';'))
            .flatten()
            .and_then(|length| Some((length + 1, entity(text.get(at + 1..at + length)?)?)));
        let (length, said) = entity.unwrap_or_else(|| (one.len_utf8(), one.to_string()));
        all.push((at, length, said));
        at += length;
    }
    all
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).map(String::from);
    }
    let said = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" | "ensp" | "emsp" | "thinsp" => " ",
        "commat" => "@",
        "shy" | "zwnj" | "zwj" => "",
        _ => return None,
    };
    Some(said.to_owned())
}
