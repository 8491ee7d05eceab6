//! The languages of the pages, and the words in them.
//!
//! All sentences live in `templates/locales`. A key that is missing shows itself, and a test refuses it.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Offset, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};
use unic_langid::{LanguageIdentifier, langid};

static_loader! {
    static LOCALES = {
        locales: "templates/locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static CHINESE: LanguageIdentifier = langid!("zh-Hans");

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// Both, in the order in which they are offered.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// The language of a tag as we store it: `en` or `zh-Hans`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The tag, as in the `lang` attribute and in people's settings.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        }
    }

    /// Its own name for itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Chinese => "简体中文",
        }
    }

    /// The first language of an `Accept-Language` header that we speak; English when there is none.
    ///
    /// Weights are honoured; a weight of 0 means "not this one" (RFC 9110, 12.5.4). Every Chinese tag is met with
    /// simplified characters, which its readers understand better than English.
    pub fn accepted(header: &str) -> Self {
        let mut best = (0u32, Language::English);
        for part in header.split(',').take(20) {
            let mut fields = part.split(';');
            let tag = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = fields
                .find_map(|field| field.trim().strip_prefix("q="))
                .map_or(1000, thousandths);
            let spoken = match tag.split('-').next().unwrap_or_default() {
                "zh" => Some(Language::Chinese),
                "en" => Some(Language::English),
                _ => None,
            };
            if let Some(language) = spoken
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

/// A quality value such as `0.8`, in thousandths; 0 when it is no number.
fn thousandths(text: &str) -> u32 {
    text.trim()
        .parse::<f32>()
        .map_or(0, |value| (value.clamp(0.0, 1.0) * 1000.0) as u32)
}

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The language they are in.
    pub language: Language,
}

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> Self {
        Self { language }
    }

    /// The sentence of a key.
    pub fn t(&self, key: &str) -> String {
        LOCALES
            .try_lookup(self.language.id(), key)
            .unwrap_or_else(|| key.to_owned())
    }

    /// The sentence of a key made for a number, which it names `$n`.
    pub fn n<N: Into<i64>>(&self, key: &str, n: N) -> String {
        self.with_args(key, [("n", FluentValue::from(n.into()))])
    }

    /// The sentence of a key with texts filled in: `("name", value)`.
    pub fn a(&self, key: &str, args: &[(&'static str, &str)]) -> String {
        self.with_args(
            key,
            args.iter()
                .map(|(name, value)| (*name, FluentValue::from((*value).to_owned()))),
        )
    }

    /// The sentence of a key with one text `$name` filled in.
    pub fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        self.a(key, &[(name, value)])
    }

    fn with_args<'v>(&self, key: &str, args: impl IntoIterator<Item = (&'static str, FluentValue<'v>)>) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue> = args
            .into_iter()
            .map(|(name, value)| (Cow::Borrowed(name), value))
            .collect();
        LOCALES
            .try_lookup_with_args(self.language.id(), key, &args)
            .unwrap_or_else(|| key.to_owned())
    }

    /// A date with its weekday: `Tue 24 Nov 2026`, `2026年11月24日 周二`.
    pub fn date(&self, date: NaiveDate) -> String {
        match self.language {
            Language::English => format!("{} {}", self.weekday(date.weekday()), date.format("%-d %b %Y")),
            Language::Chinese => {
                let weekday = self.weekday(date.weekday());
                format!("{}年{}月{}日 {weekday}", date.year(), date.month(), date.day())
            }
        }
    }

    /// A date in few letters: `24 Nov`, `11月24日`.
    pub fn short_date(&self, date: NaiveDate) -> String {
        match self.language {
            Language::English => date.format("%-d %b").to_string(),
            Language::Chinese => format!("{}月{}日", date.month(), date.day()),
        }
    }

    /// An instant as a local date and time of day in the zone given.
    pub fn instant(&self, instant: DateTime<Utc>, zone: Tz) -> String {
        let local = instant.with_timezone(&zone);
        format!(
            "{} {:02}:{:02}",
            self.date(local.date_naive()),
            local.hour(),
            local.minute()
        )
    }

    /// An instant with the distance of its zone from UTC, for readers who may live in another.
    pub fn zoned(&self, instant: DateTime<Utc>, zone: Tz) -> String {
        let minutes = instant.with_timezone(&zone).offset().fix().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let offset = match (hours, rest) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
        };
        self.a(
            "instant-zoned",
            &[("at", &self.instant(instant, zone)), ("zone", &offset)],
        )
    }

    /// The short name of a weekday.
    pub fn weekday(&self, day: Weekday) -> String {
        self.t(match day {
            Weekday::Mon => "weekday-1",
            Weekday::Tue => "weekday-2",
            Weekday::Wed => "weekday-3",
            Weekday::Thu => "weekday-4",
            Weekday::Fri => "weekday-5",
            Weekday::Sat => "weekday-6",
            Weekday::Sun => "weekday-7",
        })
    }

    /// A text with a note in brackets behind it.
    pub fn noted(&self, text: &str, note: &str) -> String {
        self.a("text-noted", &[("text", text), ("note", note)])
    }

    /// Two texts, the second of which explains the first.
    pub fn pair(&self, first: &str, second: &str) -> String {
        self.a("text-pair", &[("first", first), ("second", second)])
    }

    /// A size in bytes, rounded for reading.
    pub fn size(&self, bytes: u64) -> String {
        match bytes {
            0..=1023 => format!("{bytes} B"),
            1024..=1_048_575 => format!("{} KB", bytes.div_ceil(1024)),
            _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn texts(folder: &Path, ending: &str) -> String {
        let mut all = String::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                all += &texts(&path, ending);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                all += &fs::read_to_string(path).unwrap();
            }
        }
        all
    }

    fn keys(language: Language) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("templates/locales")
            .join(language.tag());
        texts(&root, "ftl")
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect()
    }

    /// Keys written out as `t("key")`, `n("key", …)`, `a("key", …)`, `with("key", …)`; not those put together.
    fn used() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let all = texts(&root.join("templates"), "html") + &texts(&root.join("src/web"), "rs");
        let pattern = regex::Regex::new(r#"\.(?:t|n|a|with)\(\s*"([a-z0-9-]+)""#).unwrap();
        pattern.captures_iter(&all).map(|found| found[1].to_owned()).collect()
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        let (english, chinese) = (keys(Language::English), keys(Language::Chinese));
        let missing: Vec<_> = english.symmetric_difference(&chinese).collect();
        assert!(missing.is_empty(), "only in one language: {missing:?}");
    }

    #[test]
    fn every_key_that_a_page_uses_is_there() {
        let known = keys(Language::English);
        let missing: Vec<_> = used().into_iter().filter(|key| !known.contains(key)).collect();
        assert!(missing.is_empty(), "used but not written: {missing:?}");
    }

    #[test]
    fn every_refusal_has_a_sentence_and_the_english_one_is_the_cores() {
        let source = include_str!("../../domain/moves/refusal.rs");
        let pattern = regex::Regex::new(r#"\(\s*"([a-z-]+)",\s*"([^"]+)",?\s*\)"#).unwrap();
        let mut count = 0;
        for found in pattern.captures_iter(source) {
            let key = format!("refusal-{}", &found[1]);
            assert_eq!(Words::of(Language::English).t(&key), &found[2]);
            assert_ne!(Words::of(Language::Chinese).t(&key), key);
            count += 1;
        }
        assert!(count >= 40, "only {count} refusals were found");
    }

    #[test]
    fn whatever_a_letter_lacks_has_a_sentence_in_both_languages() {
        use crate::domain::letter::MissingPart;
        use crate::domain::policy::{ConditionId, ExemptionId, RightId};
        let right = RightId::new("a-right");
        for missing in [
            MissingPart::Letter {
                stem: "note",
                language: "fr".to_owned(),
            },
            MissingPart::Items,
            MissingPart::Unknown("mood".to_owned()),
            MissingPart::Reason(right.clone()),
            MissingPart::Basis(right.clone()),
            MissingPart::LegalBasis(ExemptionId::new("an-exemption")),
            MissingPart::ConditionBasis(ConditionId::new("a-condition")),
            MissingPart::Restriction(right.clone()),
            MissingPart::Given(right.clone()),
            MissingPart::Remedy,
            MissingPart::Words,
            MissingPart::Extension,
        ] {
            let key = format!("letter-lacks-{}", missing.code());
            let about = missing.about();
            for language in Language::ALL {
                let sentence = Words::of(language).a(&key, &[("name", &about), ("language", "fr")]);
                assert_ne!(sentence, key);
                assert!(sentence.contains(&about), "{sentence}");
            }
        }
    }

    #[test]
    fn every_remark_on_a_mail_has_a_sentence_in_both_languages() {
        let source = include_str!("../../domain/message.rs");
        let pattern = regex::Regex::new(r#"Self::\w+(?: \{ \.\. \})? => "([a-z-]+)""#).unwrap();
        let names: Vec<_> = pattern.captures_iter(source).map(|found| found[1].to_owned()).collect();
        let values = [("shown", "?"), ("declared", "?"), ("read", "?")];
        for language in Language::ALL {
            for name in &names {
                let key = format!("remark-{name}");
                assert_ne!(Words::of(language).a(&key, &values), key);
            }
        }
        assert!(names.len() >= 20, "only {} remarks were found", names.len());
    }

    #[test]
    fn the_preferred_language_wins_and_a_refused_one_does_not() {
        assert_eq!(Language::accepted("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese);
        assert_eq!(Language::accepted("en-GB,en;q=0.9,zh;q=0.8"), Language::English);
        assert_eq!(Language::accepted("de, zh-TW;q=0.5"), Language::Chinese);
        assert_eq!(Language::accepted("zh;q=0, de"), Language::English);
        assert_eq!(Language::accepted("q=;;,,"), Language::English);
    }

    #[test]
    fn plurals_follow_the_number() {
        let english = Words::of(Language::English);
        assert_eq!(english.n("due-left", 1), "1 working day left");
        assert_eq!(english.n("due-left", 3), "3 working days left");
        assert_eq!(Words::of(Language::Chinese).n("due-left", 3), "还剩 3 个工作日");
    }

    #[test]
    fn dates_read_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 14).unwrap();
        assert_eq!(Words::of(Language::English).date(day), "Sat 14 Feb 2026");
        assert_eq!(Words::of(Language::Chinese).date(day), "2026年2月14日 周六");
    }
}
