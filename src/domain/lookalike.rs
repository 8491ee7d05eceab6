//! Marks on a sender's address and name that deceive the eye: foreign letters that look alike, names written in code,
//! characters that cannot be seen, and domains that are almost a known one.
//!
//! A mark is a hint to a reader. It accuses nobody: many honest people have addresses in two scripts.

use super::message::Sender;

/// A domain of fewer characters has honest neighbours one letter away, such as 163.com and 263.com.
const MIN_FOR_ONE_EDIT: usize = 8;
/// The same for the part of an address before the `@`.
const MIN_LOCAL_FOR_ONE_EDIT: usize = 6;
/// Characters of a written sender that are looked at; RFC 5321 allows an address 254.
const MAX_LOOKED_AT: usize = 2000;

/// One thing about a sender that deceives the eye.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A word or a label of the domain has letters of several scripts that look alike.
    MixedScripts {
        /// The word.
        word: String,
    },
    /// The domain is written in code (`xn--`, RFC 5891) for letters beyond ASCII.
    Encoded {
        /// What the code stands for.
        shown: String,
    },
    /// Characters that cannot be seen, or that turn the direction of writing, stood in it; they are not shown.
    Hidden,
    /// The name shows another address than the one it stands with.
    OtherAddress {
        /// The address that the mail is really from.
        real: String,
    },
    /// It is almost a known domain or address, and is another.
    Resembles {
        /// The known one.
        known: String,
    },
}

/// The marks of a sender.
///
/// `written` is its From field, decoded and nothing taken out. `known` are the domains and addresses that a forger may
/// want to be taken for: the controller's own, the requester's earlier address.
pub fn marks(sender: &Sender, written: &str, known: &[&str]) -> Vec<Mark> {
    let mut marks = Vec::new();
    if hides_something(written) {
        marks.push(Mark::Hidden);
    }
    match sender {
        Sender::Known(address) => {
            marks.extend(mixed_word(&address.name));
            of_address(&address.address, known, &mut marks);
        }
        Sender::Ambiguous { shown } => {
            if let Some((name, real)) = name_with_address(shown) {
                let real = real.to_owned();
                marks.extend(mixed_word(name));
                of_address(&real, known, &mut marks);
                marks.push(Mark::OtherAddress { real });
            }
        }
        Sender::Missing => {}
    }
    marks
}

/// Whether a character cannot be seen: it has no width, or it steers the direction of writing.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Joiners are part of several scripts and of pictures; between Latin letters they only hide.
fn hides_something(written: &str) -> bool {
    let before = std::iter::once(' ').chain(written.chars());
    let is_joined = |before: char, character: char| matches!(character, '\u{200c}' | '\u{200d}') && !before.is_ascii();
    before
        .zip(written.chars())
        .take(MAX_LOOKED_AT)
        .any(|(before, character)| is_hidden(character) && !is_joined(before, character))
}

fn of_address(address: &str, known: &[&str], marks: &mut Vec<Mark>) {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return;
    };
    let decoded = decoded(domain);
    if domain.split('.').any(|label| label.starts_with("xn--")) {
        let shown = decoded.clone();
        marks.push(Mark::Encoded { shown });
    }
    marks.extend(mixed_word(local).or_else(|| mixed_word(&decoded)));
    let resembled = known.iter().find(|known| match known.rsplit_once('@') {
        Some((known_local, known_domain)) => {
            let known_domain = self::decoded(known_domain);
            if known_domain == decoded {
                local_resembles(local, known_local)
            } else {
                domain_resembles(&decoded, &known_domain)
            }
        }
        None => domain_resembles(&decoded, &self::decoded(known)),
    });
    if let Some(known) = resembled {
        let known = (*known).to_owned();
        marks.push(Mark::Resembles { known });
    }
}

/// A domain in the letters that its code stands for, lower-cased; as it is where the code is none.
fn decoded(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

/// The name and the real address of a sender whose name shows another address.
fn name_with_address(shown: &str) -> Option<(&str, &str)> {
    let (name, rest) = shown.rsplit_once('<')?;
    let (real, after) = rest.split_once('>')?;
    let is_one = after.trim().is_empty() && !name.contains('<');
    (is_one && real.contains('@') && name.contains(['@', '＠', '﹫'])).then_some((name.trim(), real.trim()))
}

/// Scripts with letters that look like each other's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    /// Latin letters of the width of Chinese ones.
    Wide,
}

impl Script {
    fn of(letter: char) -> Option<Self> {
        match letter {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}' => {
                Some(Self::Latin)
            }
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Self::Greek),
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}' => {
                Some(Self::Cyrillic)
            }
            '\u{531}'..='\u{58f}' => Some(Self::Armenian),
            '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Some(Self::Cherokee),
            '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => Some(Self::Wide),
            _ => None,
        }
    }
}

/// The first word whose letters come from several scripts that look alike.
fn mixed_word(text: &str) -> Option<Mark> {
    let words = text.split(|character: char| !character.is_alphanumeric());
    let is_mixed = |word: &&str| {
        let mut scripts = word.chars().filter_map(Script::of);
        let first = scripts.next();
        scripts.any(|script| Some(script) != first)
    };
    words
        .take(MAX_LOOKED_AT)
        .find(is_mixed)
        .map(|word| Mark::MixedScripts { word: word.to_owned() })
}

fn domain_resembles(domain: &str, known: &str) -> bool {
    let is_below = |lower: &str, upper: &str| lower.strip_suffix(upper).is_some_and(|rest| rest.ends_with('.'));
    if known.is_empty() || domain == known || is_below(domain, known) || is_below(known, domain) {
        return false;
    }
    let wears_it =
        domain.strip_prefix(known).is_some_and(|rest| rest.starts_with('.')) || domain.contains(&format!(".{known}."));
    wears_it
        || skeleton(domain) == skeleton(known)
        || (known.chars().count() >= MIN_FOR_ONE_EDIT && is_one_edit(domain, known))
}

fn local_resembles(local: &str, known: &str) -> bool {
    let (local, known) = (local.to_lowercase(), known.to_lowercase());
    local != known
        && (skeleton(&local) == skeleton(&known)
            || (known.chars().count() >= MIN_LOCAL_FOR_ONE_EDIT && is_one_edit(&local, &known)))
}

/// A text as the eye takes it in: each letter replaced by the Latin one that it looks like. After the confusables of
/// Unicode Technical Standard 39, reduced to what names of domains are forged with.
fn skeleton(text: &str) -> String {
    let letters: String = text.chars().map(look).collect();
    letters.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

fn look(letter: char) -> char {
    match letter {
        'а' | 'α' | 'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ɑ' => 'a',
        'ь' | 'β' | 'ƅ' | 'ḅ' => 'b',
        'с' | 'ϲ' | 'ç' | 'ć' | 'č' | 'ċ' => 'c',
        'ԁ' | 'ď' | 'đ' | 'ḍ' => 'd',
        'е' | 'ё' | 'ε' | 'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ẹ' => 'e',
        'ɡ' | 'ğ' | 'ġ' | 'ģ' | 'ց' => 'g',
        'һ' | 'հ' | 'ħ' | 'ḥ' => 'h',
        'і' | 'ї' | 'ι' | 'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' | 'ị' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' | 'ķ' | 'ḳ' => 'k',
        'ӏ' | '1' | '|' | 'ł' | 'ĺ' | 'ļ' | 'ľ' | 'ḷ' => 'l',
        'м' | 'ṃ' => 'm',
        'п' | 'η' | 'ñ' | 'ń' | 'ņ' | 'ň' | 'ո' | 'ṇ' => 'n',
        'о' | 'ο' | '0' | 'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' | 'օ' | 'ọ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' | 'ŕ' | 'ř' | 'ṛ' => 'r',
        'ѕ' | 'ś' | 'ş' | 'š' | 'ș' | 'ṣ' => 's',
        'т' | 'τ' | 'ţ' | 'ť' | 'ț' | 'ṭ' => 't',
        'υ' | 'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ս' | 'ụ' => 'u',
        'ν' | 'ѵ' | 'ṿ' => 'v',
        'ԝ' | 'ω' | 'ẃ' | 'ẁ' | 'ẅ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' | 'ỳ' | 'ỵ' => 'y',
        'ź' | 'ż' | 'ž' | 'ẓ' => 'z',
        wide @ '\u{ff01}'..='\u{ff5e}' => {
            let plain = u32::from(wide).saturating_sub(0xfee0);
            char::from_u32(plain).map_or(wide, |plain| plain.to_ascii_lowercase())
        }
        other => other,
    }
}

/// Whether two different texts are one letter apart: one more, one less, another, or two neighbours exchanged.
fn is_one_edit(one: &str, other: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (
        one.get(start..).unwrap_or_default(),
        other.get(start..).unwrap_or_default(),
    );
    let end = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (one, other) = (
        one.get(..one.len() - end).unwrap_or_default(),
        other.get(..other.len() - end).unwrap_or_default(),
    );
    match (one, other) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Address;

    const KNOWN: [&str; 2] = ["example.com", "anna.lee@posteo.example"];

    fn of(name: &str, address: &str) -> Vec<Mark> {
        let sender = Sender::Known(Address {
            name: name.to_owned(),
            address: address.to_owned(),
        });
        marks(&sender, &format!("{name} <{address}>"), &KNOWN)
    }

    fn resembles(address: &str) -> bool {
        of("", address)
            .iter()
            .any(|mark| matches!(mark, Mark::Resembles { .. }))
    }

    #[test]
    fn a_plain_sender_bears_no_mark() {
        for (name, address) in [
            ("", "ann@example.com"),
            ("Ann Lee", "ann@mail.example.com"),
            ("王小明", "wang@qq.com"),
            ("王Ming 小明", "wang@163.com"),
            ("Иван Петров", "ivan@example.ru"),
            ("Müller, Jörg", "joerg@müller.example"),
            ("", "other@posteo.example"),
            ("", "anna.lee@posteo.example"),
            ("", "ann@example.org"),
        ] {
            assert_eq!(of(name, address), [], "{name} {address}");
        }
    }

    #[test]
    fn letters_of_several_scripts_in_one_word_are_marked() {
        let mixed = |word: &str| Mark::MixedScripts { word: word.to_owned() };
        assert_eq!(of("", "p\u{430}y@shop.example"), [mixed("p\u{430}y")]);
        assert_eq!(of("", "a@sh\u{43e}p.example"), [mixed("sh\u{43e}p")]);
        assert_eq!(of("Ann L\u{435}e", "a@shop.example"), [mixed("L\u{435}e")]);
        assert_eq!(of("Ｐaypal", "a@shop.example"), [mixed("Ｐaypal")]);
    }

    #[test]
    fn a_domain_in_code_is_shown_in_its_letters() {
        let shown = "аррӏе.example".to_owned();
        assert_eq!(of("", "a@xn--80ak6aa92e.example"), [Mark::Encoded { shown }]);
        let marks = of("", "a@xn--exampl-8of.com");
        assert!(
            marks.contains(&Mark::Encoded {
                shown: "exampl\u{435}.com".to_owned()
            }),
            "{marks:?}"
        );
        assert!(
            marks.contains(&Mark::Resembles {
                known: "example.com".to_owned()
            }),
            "{marks:?}"
        );
    }

    #[test]
    fn characters_that_cannot_be_seen_are_marked() {
        let sender = Sender::Known(Address {
            name: "Ann".to_owned(),
            address: "a@shop.example".to_owned(),
        });
        for hidden in ["\u{202e}", "\u{200b}", "\u{2066}", "\u{feff}"] {
            assert_eq!(
                marks(&sender, &format!("An{hidden}n <a@shop.example>"), &[]),
                [Mark::Hidden]
            );
        }
        assert_eq!(marks(&sender, "A\u{200d}nn <a@shop.example>", &[]), [Mark::Hidden]);
        for plain in [
            "Ann <a@shop.example>",
            "Ann \u{1f468}\u{200d}\u{1f469} <a@shop.example>",
        ] {
            assert_eq!(marks(&sender, plain, &[]), []);
        }
    }

    #[test]
    fn an_address_in_the_name_is_set_against_the_real_one() {
        let of = |shown: &str| {
            marks(
                &Sender::Ambiguous {
                    shown: shown.to_owned(),
                },
                shown,
                &KNOWN,
            )
        };
        let real = "a@shop.example".to_owned();
        assert_eq!(
            of("boss@example.com <a@shop.example>"),
            [Mark::OtherAddress { real: real.clone() }]
        );
        assert_eq!(
            of("\"boss＠example.com\" <a@shop.example>"),
            [Mark::OtherAddress { real }]
        );
        assert_eq!(of("a@shop.example, b@shop.example"), []);
        assert_eq!(of("a@example.org (boss@example.com)"), []);
    }

    #[test]
    fn a_domain_that_is_almost_a_known_one_is_marked() {
        for address in [
            "a@examp1e.com",
            "a@exarnple.com",
            "a@exmaple.com",
            "a@exmple.com",
            "a@examplee.com",
            "a@example.co",
            "a@еxample.com",
            "a@example.com.login.example",
            "a@www.example.com.login.example",
            "a@posteo.exampl",
            "anna.1ee@posteo.example",
            "anna.le@posteo.example",
        ] {
            assert!(resembles(address), "{address}");
        }
        for address in [
            "a@example.net",
            "a@sample.com.example",
            "a@sub.example.com",
            "a@com",
            "a@",
            "bert@posteo.example",
        ] {
            assert!(!resembles(address), "{address}");
        }
        assert!(!domain_resembles("263.com", "163.com"));
        assert!(!domain_resembles("example.com", ""));
    }

    #[test]
    fn one_edit_is_one_edit() {
        for (one, other, is_one) in [
            ("abc", "abd", true),
            ("abc", "ab", true),
            ("abc", "acb", true),
            ("aab", "ab", true),
            ("abc", "cba", false),
            ("abcd", "badc", false),
            ("abc", "abc", false),
            ("abc", "abcde", false),
        ] {
            assert_eq!(is_one_edit(one, other), is_one, "{one} {other}");
        }
    }
}
