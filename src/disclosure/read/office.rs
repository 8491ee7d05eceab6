//! Office files of today: archives of XML parts that refer to each other (ECMA-376, part 2; ISO/IEC 26300).

use std::collections::BTreeMap;

use super::super::archive::{Archive, Budget, Entry};
use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::kind::FileKind;
use super::super::place::Spot;
use super::super::xml::{Piece, all_text, pieces};
use super::plain::decode;
use super::role::{Role, role};
use super::{document, open_document, workbook};

/// An opened archive with its entries by name.
pub struct Package<'b> {
    archive: Archive<'b>,
    entries: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
}

/// A reference from one part to another, or out of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// How the part names it.
    pub id: String,
    /// The last word of its type: `worksheet`, `image`, `hyperlink`.
    pub kind: String,
    /// The part it leads to, or an address outside.
    pub target: String,
    /// Whether it leads out of the file.
    pub external: bool,
}

impl<'b> Package<'b> {
    /// Names are compared without case, as the standard has it.
    pub fn new(archive: Archive<'b>, entries: Vec<Entry>) -> Self {
        let by_name = entries
            .iter()
            .zip(0..)
            .map(|(entry, at)| (entry.name.to_lowercase(), at))
            .collect();
        Self {
            archive,
            entries,
            by_name,
        }
    }

    /// Its entries in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.by_name.get(&name.to_lowercase())?)
    }

    /// Whether there is a part of that name.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// The bytes of a part.
    ///
    /// # Errors
    /// With what keeps it from being read.
    pub fn read(&mut self, name: &str, budget: &mut Budget) -> Result<Vec<u8>, FindingKind> {
        let entry = self.entry(name).cloned().ok_or(FindingKind::Broken)?;
        self.archive.read(&entry, budget)
    }

    /// What the archive is, by the parts it has.
    pub fn kind(&self) -> FileKind {
        let any = |start: &str| {
            self.by_name
                .range(start.to_owned()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(start))
        };
        if self.has("[Content_Types].xml") {
            match () {
                () if any("xl/") => FileKind::Workbook,
                () if any("word/") => FileKind::Document,
                () if any("ppt/") => FileKind::Slides,
                () => FileKind::Zip,
            }
        } else if self.has("mimetype") && self.has("content.xml") {
            FileKind::OpenDocument
        } else {
            FileKind::Zip
        }
    }

    /// What a part refers to.
    pub fn relations(&mut self, part: &str, budget: &mut Budget) -> Vec<Relation> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        match self.read(&format!("{folder}{slash}_rels/{name}.rels"), budget) {
            Ok(bytes) => relations(&decode(&bytes), folder),
            Err(_) => Vec::new(),
        }
    }

    /// The types of its parts, by their names in small letters.
    pub fn types(&mut self, budget: &mut Budget) -> BTreeMap<String, String> {
        let text = self
            .read("[Content_Types].xml", budget)
            .map(|bytes| decode(&bytes))
            .unwrap_or_default();
        let mut by_ending = BTreeMap::new();
        let mut types = BTreeMap::new();
        for piece in pieces(&text) {
            let Piece::Open(element) = piece else { continue };
            let Some(media) = element.attribute("ContentType") else {
                continue;
            };
            if let Some(ending) = element.attribute("Extension") {
                by_ending.insert(ending.to_lowercase(), media);
            } else if let Some(name) = element.attribute("PartName") {
                types.insert(name.trim_start_matches('/').to_lowercase(), media);
            }
        }
        for name in self.by_name.keys() {
            let ending = name.rsplit('.').next().unwrap_or_default();
            if let (false, Some(media)) = (types.contains_key(name), by_ending.get(ending)) {
                types.insert(name.clone(), media.clone());
            }
        }
        types
    }
}

/// The references in a `.rels` part, seen from the folder of the part they belong to.
pub fn relations(text: &str, folder: &str) -> Vec<Relation> {
    let opened = pieces(text).filter_map(|piece| match piece {
        Piece::Open(element) if element.name() == "Relationship" => Some(element),
        _ => None,
    });
    opened
        .filter_map(|element| {
            let target = element.attribute("Target")?;
            let external = element.attribute("TargetMode").as_deref() == Some("External");
            Some(Relation {
                id: element.attribute("Id")?,
                kind: element.attribute("Type")?.rsplit('/').next()?.to_owned(),
                target: if external { target } else { resolved(folder, &target) },
                external,
            })
        })
        .collect()
}

fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Reads an office file.
pub fn file(inspector: &mut Inspector<'_>, mut package: Package<'_>) -> FileKind {
    let kind = package.kind();
    let types = package.types(&mut inspector.budget);
    if kind != FileKind::OpenDocument {
        beside(inspector, &mut package, &types);
    }
    match kind {
        FileKind::Workbook => workbook::file(inspector, &mut package, &types),
        FileKind::OpenDocument => open_document::file(inspector, &mut package),
        _ => document::file(inspector, &mut package, &types, kind),
    }
    kind
}

/// Reads the parts beside the content: what they hide, and what they show.
fn beside(inspector: &mut Inspector<'_>, package: &mut Package<'_>, types: &BTreeMap<String, String>) {
    for entry in package.entries().to_vec() {
        let media = types.get(&entry.name.to_lowercase()).map_or("", String::as_str);
        let role = role(&entry.name, media);
        let spot = || Spot::Part(entry.name.clone());
        if role == Role::Content {
            continue;
        }
        let bytes = match package.read(&entry.name, &mut inspector.budget) {
            Ok(bytes) => bytes,
            Err(kind) => {
                inspector.unchecked(kind, spot());
                continue;
            }
        };
        match role {
            Role::Content | Role::Form if !entry.name.ends_with(".rels") => variables(inspector, &entry.name, &bytes),
            Role::Content | Role::Form => links(inspector, &entry.name, &decode(&bytes)),
            Role::Seen => inspector.text(&all_text(&decode(&bytes)), Remedy::Clean, &|_| spot()),
            Role::Picture => inspector.reaching(Remedy::Clean, |inspector| inspector.inner(&entry.name, &bytes)),
            Role::File => {
                inspector.hidden(FindingKind::EmbeddedFile, spot(), &entry.name);
                inspector.reaching(Remedy::Clean, |inspector| inspector.inner(&entry.name, &bytes));
            }
            Role::Hidden(FindingKind::Metadata) => metadata(inspector, &entry.name, &bytes),
            Role::Hidden(kind) => {
                let text = all_text(&decode(&bytes));
                inspector.hidden(kind, spot(), "");
                inspector.text(&text, Remedy::Clean, &|_| spot());
            }
        }
    }
}

/// Variables of a document, which no page shows.
fn variables(inspector: &mut Inspector<'_>, name: &str, bytes: &[u8]) {
    if !name.ends_with("settings.xml") {
        return;
    }
    let text = decode(bytes);
    let opened = pieces(&text).filter_map(|piece| match piece {
        Piece::Open(element) if element.name() == "docVar" => element.attribute("val"),
        _ => None,
    });
    let values: Vec<String> = opened.collect();
    if !values.is_empty() {
        inspector.hidden(FindingKind::CustomData, Spot::Part(name.to_owned()), "docVars");
        inspector.text(&values.join("\n"), Remedy::Clean, &|_| Spot::Part(name.to_owned()));
    }
}

/// Addresses that a part leads to outside of the file.
fn links(inspector: &mut Inspector<'_>, name: &str, text: &str) {
    for relation in relations(text, "").iter().filter(|relation| relation.external) {
        let spot = Spot::Part(name.to_owned());
        if relation.kind != "hyperlink" {
            inspector.hidden(FindingKind::ExternalLink, spot.clone(), &relation.kind);
        }
        inspector.text(&relation.target, Remedy::Clean, &|_| spot.clone());
    }
}

/// What a program wrote about the file, as far as it tells of people, places or contents.
fn metadata(inspector: &mut Inspector<'_>, name: &str, bytes: &[u8]) {
    /// What every file has and nobody is known by.
    const HARMLESS: [&str; 26] = [
        "Application",
        "AppVersion",
        "DocSecurity",
        "ScaleCrop",
        "LinksUpToDate",
        "SharedDoc",
        "HyperlinksChanged",
        "Pages",
        "Words",
        "Characters",
        "CharactersWithSpaces",
        "Lines",
        "Paragraphs",
        "TotalTime",
        "Slides",
        "Notes",
        "HiddenSlides",
        "MMClips",
        "PresentationFormat",
        "revision",
        "created",
        "modified",
        "version",
        "i4",
        "Template",
        "lastPrinted",
    ];
    let text = decode(bytes);
    let mut fields = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for piece in pieces(&text) {
        match piece {
            Piece::Open(element) => open.push(element.name().to_owned()),
            Piece::Close(_) => drop(open.pop()),
            Piece::Text(said) => {
                let parts = open
                    .iter()
                    .any(|name| name == "TitlesOfParts" || name == "HeadingPairs");
                if let Some(field) = open
                    .last()
                    .filter(|field| !parts && !HARMLESS.contains(&field.as_str()))
                    && !said.trim().is_empty()
                    && !fields.contains(field)
                {
                    fields.push(field.clone());
                }
            }
        }
    }
    let binary = !text.trim_start().starts_with('<') && !bytes.is_empty();
    if binary || !fields.is_empty() {
        inspector.hidden(FindingKind::Metadata, Spot::Part(name.to_owned()), &fields.join(", "));
        inspector.text(&all_text(&text), Remedy::Clean, &|_| Spot::Part(name.to_owned()));
    }
}
