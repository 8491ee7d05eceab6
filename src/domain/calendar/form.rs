//! The written form of a calendar file, as TOML holds it; dates are still text, each with its place in the file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarForm {
    pub(super) format: Spanned<i64>,
    pub(super) region: Spanned<String>,
    pub(super) time_zone: Spanned<String>,
    pub(super) weekend: Vec<Spanned<String>>,
    pub(super) covers_from: Spanned<String>,
    pub(super) covers_to: Spanned<String>,
    pub(super) checked_on: Spanned<String>,
    #[serde(default)]
    pub(super) fixed_days: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) english: BTreeMap<String, String>,
    pub(super) year: Vec<Spanned<YearForm>>,
    #[serde(default)]
    pub(super) unpublished: Vec<UnpublishedForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct YearForm {
    pub(super) year: Spanned<i32>,
    pub(super) law: Option<String>,
    pub(super) notice: Option<String>,
    pub(super) signed: Option<Spanned<String>>,
    pub(super) published: Option<Spanned<String>>,
    pub(super) source: Option<String>,
    pub(super) working_days: Spanned<i64>,
    pub(super) holidays: Vec<Spanned<BreakForm>>,
    #[serde(default)]
    pub(super) amendments: Vec<AmendmentForm>,
    #[serde(default)]
    pub(super) superseded: Vec<Spanned<SupersededForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakForm {
    pub(super) name: String,
    pub(super) span: [Spanned<String>; 2],
    pub(super) off: Vec<Spanned<String>>,
    pub(super) worked: Vec<Spanned<String>>,
    pub(super) notice: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AmendmentForm {
    pub(super) notice: String,
    pub(super) signed: Spanned<String>,
    pub(super) published: Spanned<String>,
    pub(super) changes: Spanned<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupersededForm {
    pub(super) name: String,
    pub(super) span: [Spanned<String>; 2],
    pub(super) off: Vec<Spanned<String>>,
    pub(super) worked: Vec<Spanned<String>>,
    pub(super) notice: Spanned<String>,
    pub(super) replaced_by: Spanned<String>,
    pub(super) replaced_on: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnpublishedForm {
    pub(super) year: Spanned<i32>,
    pub(super) statutory: Vec<StatutoryForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatutoryForm {
    #[serde(rename = "name")]
    _name: String,
    pub(super) days: Vec<Spanned<String>>,
}
