//! Letters to somebody whose language the pack has no texts in: in two of its languages, one below the other.

use super::catalogue::Part;
use super::compose::Writer;
use super::template::Facts;
use super::{LetterText, MissingPart};
use crate::domain::policy::Pack;

/// Stands between the two letters.
const RULE: &str = "――――――――――";

/// Between the two subjects, and between the two tags of the letter's languages.
const SUBJECTS: &str = " / ";
const TAGS: &str = ", ";

/// The languages of a letter to somebody who writes in `wanted`: that one, or Simplified Chinese for Chinese in any script;
/// else the policy's own language and English, or its next language where English is its own.
pub(super) fn languages<'p>(pack: &'p Pack, wanted: &str) -> Vec<&'p str> {
    let known = &pack.policy.languages;
    let nearest = pack.letter_language(wanted);
    let speaks = nearest == wanted || (wanted.starts_with("zh") && nearest.starts_with("zh"));
    if speaks || wanted.is_empty() {
        return vec![nearest];
    }
    let own = known.first().map_or(nearest, String::as_str);
    let others = || known.iter().map(String::as_str).filter(|language| *language != own);
    let second = others().find(|language| *language == "en").or_else(|| others().next());
    std::iter::once(own).chain(second).collect()
}

/// Writes a letter in the reader's language, or in two.
pub(super) fn written<'p>(
    pack: &'p Pack,
    wanted: &str,
    write: impl Fn(Writer<'p>) -> Result<LetterText, MissingPart>,
) -> Result<LetterText, MissingPart> {
    let writers: Vec<Writer<'p>> = languages(pack, wanted)
        .into_iter()
        .map(|language| Writer { pack, language })
        .collect();
    match writers[..] {
        [first, second] => both(first, second, write),
        _ => write(Writer {
            pack,
            language: pack.letter_language(wanted),
        }),
    }
}

fn both<'p>(
    first: Writer<'p>,
    second: Writer<'p>,
    write: impl Fn(Writer<'p>) -> Result<LetterText, MissingPart>,
) -> Result<LetterText, MissingPart> {
    let say = |writer: Writer<'p>| writer.snippet(Part::Bilingual, &Facts::default());
    let (above, below) = (write(first)?, write(second)?);
    Ok(LetterText {
        subject: [above.subject.as_str(), below.subject.as_str()].join(SUBJECTS),
        body: format!(
            "{}\n{}\n\n{}\n{RULE}\n\n{}",
            say(first)?,
            say(second)?,
            above.body,
            below.body
        ),
        language: [above.language.as_str(), below.language.as_str()].join(TAGS),
    })
}

impl LetterText {
    /// The tags of the languages it is in, in the order in which it is in them.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.language.split(TAGS)
    }
}
