//! What the parts of an office file are for, by their types and names.

use super::super::finding::FindingKind;

/// What a part is to somebody who looks for what is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Read with the whole: sheets, texts, slides and what they are made of.
    Content,
    /// Text that is seen without being in the main part: drawings, charts.
    Seen,
    /// Nothing but form: styles, themes, fonts.
    Form,
    /// A picture.
    Picture,
    /// Hidden, of this kind.
    Hidden(FindingKind),
    /// A file of its own.
    File,
}

/// What a part is, by its type and, for parts of no type of their own, its name.
pub fn role(name: &str, media: &str) -> Role {
    let small = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| media.contains(word) || small.contains(word));
    if small.ends_with(".rels") || small == "[content_types].xml" {
        Role::Form
    } else if has(&["thumbnail"]) {
        Role::Hidden(FindingKind::Thumbnail)
    } else if has(&["pivotcache"]) || media.contains("pivotCache") {
        Role::Hidden(FindingKind::PivotCache)
    } else if has(&["externallink"]) || media.contains("externalLink") {
        Role::Hidden(FindingKind::ExternalLink)
    } else if has(&[
        "connections+xml",
        "querytable",
        "xl/querytables",
        "xl/connections",
        "xl/model",
        "mashup",
    ]) || media.contains("queryTable")
    {
        Role::Hidden(FindingKind::Connection)
    } else if has(&["revisionheaders", "revisionlog", "usernames", "xl/revisions"]) {
        Role::Hidden(FindingKind::TrackedChange)
    } else if has(&[
        "vbaproject",
        "macrosheet",
        "activex",
        "customui",
        "webextension",
        "ctrlprop",
        "vbadata",
        ".vbs",
        ".js",
    ]) {
        Role::Hidden(FindingKind::ActiveContent)
    } else if has(&["comment"]) {
        Role::Hidden(FindingKind::Comment)
    } else if has(&["notesslide"]) {
        Role::Content
    } else if has(&[
        "/person",
        "docmetadata",
        "_xmlsignatures",
        "printersettings",
        "core-properties",
        "extended-properties",
        "custom-properties",
        "docprops/",
        "people.xml",
    ]) {
        Role::Hidden(FindingKind::Metadata)
    } else if has(&["customxml", "customproperty", "glossary", "/tags"]) {
        Role::Hidden(FindingKind::CustomData)
    } else if media.starts_with("image/") {
        Role::Picture
    } else if has(&["embeddings/", "oleobject", ".package"]) || media.ends_with("officedocument.package") {
        Role::File
    } else if has(&["slidelayout", "slidemaster"])
        || (has(&["drawing", "chart", "diagram"])
            && !has(&["chartstyle", "chartcolorstyle", "colors", "quickstyle", "layout"]))
    {
        Role::Seen
    } else if has(&[
        "styles",
        "theme",
        "font",
        "settings",
        "numbering",
        "calcchain",
        "slidelayout",
        "slidemaster",
        "notesmaster",
        "handoutmaster",
        "presprops",
        "viewprops",
        "tablestyles",
        "chartstyle",
        "colors",
        "metadata+xml",
        "xl/metadata",
        "volatiledependencies",
        "xl/tables",
        "pivottable",
        "stylesWithEffects",
        "keymap",
    ]) {
        Role::Form
    } else if media.ends_with("+xml") {
        Role::Content
    } else {
        Role::File
    }
}
