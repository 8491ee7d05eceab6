//! A lexicon as its file has it, before anything is checked but the shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Script, Sign};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Written {
    pub assumed_language: Spanned<String>,
    pub reference: Spanned<String>,
    pub reply_marks: Vec<String>,
    pub forward_marks: Vec<String>,
    pub machine_senders: Vec<String>,
    pub on_behalf_first: Vec<Spanned<String>>,
    #[serde(default)]
    pub comes_with: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    pub variant: BTreeMap<String, WrittenVariant>,
    pub language: BTreeMap<String, WrittenLanguage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenVariant {
    pub of: Spanned<String>,
    pub written: Spanned<String>,
    pub folded: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenLanguage {
    pub script: Script,
    pub gap: usize,
    pub common: String,
    #[serde(default)]
    pub abbreviations: String,
    pub acts: Vec<Spanned<String>>,
    #[serde(default)]
    pub commands: Vec<Spanned<String>>,
    pub gives_way: BTreeMap<String, Vec<Spanned<String>>>,
    pub words: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub rights: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub added_rights: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub flags: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub on_behalf: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub signs: BTreeMap<Sign, Vec<Spanned<String>>>,
}
