//! The archive that leaves, made from the enclosures as they stand.

use super::gate::Card;
use crate::handover::package::{self, Contents, Cover, Granted, Part};
use crate::house::House;
use crate::store::files;
use crate::store::requests;
use crate::web::error::PageError;
use crate::web::frame::words::{Language, Words};

/// Packs what is enclosed; `None` when there is no such request.
pub(super) fn archive(house: &House, reference: &str) -> Result<Option<Vec<u8>>, PageError> {
    let now = house.now.instant();
    let shelf = house.shelf();
    let found = house.store.read(|db| {
        let Some(stored) = requests::find_by_reference(db, reference)? else {
            return Ok(None);
        };
        let (_, key) = requests::find_with_key(db, stored.id)?;
        let mut parts = Vec::new();
        for enclosure in &stored.request.release.enclosures {
            let card = Card::read(db, &key, &enclosure.report)?;
            let kept = files::find(db, enclosure.file.id)?;
            parts.push(Part {
                name: kept.name.unwrap_or_default(),
                about: card.about,
                removed: card.removed,
                bytes: files::read(db, enclosure.file.id)?,
            });
        }
        Ok::<_, crate::store::StoreError>(Some((stored, parts)))
    })?;
    let Some((stored, parts)) = found else { return Ok(None) };
    if parts.is_empty() {
        // The rules say it better than an archive without files.
        return Ok(Some(Vec::new()));
    }
    let request = &stored.request;
    let words = Words::of(Language::of_tag(&request.language).unwrap_or(Language::English));
    let policy = crate::domain::rules::RuleBook::rules(&*shelf, &request.policy);
    let named = |id: &crate::domain::policy::RightId| {
        let right = policy.and_then(|rules| rules.policy.right(id));
        right.map_or_else(
            || id.to_string(),
            |right| right.name.text(words.language.tag()).to_owned(),
        )
    };
    let rights = request.items.iter().filter_map(|item| {
        let decided = item.decision.as_ref()?;
        Some(Granted {
            right: item.right.to_string(),
            name: named(&item.right),
            outcome: decided.decision.outcome().as_str().to_owned(),
        })
    });
    let contact = &house.settings.controller.contact;
    let contents = Contents {
        reference: request.reference.clone(),
        controller: house.settings.controller.name.clone(),
        made_at: now,
        rights: rights.collect(),
        cover: cover(&words, &house.settings.controller.name, contact),
        parts,
    };
    package::build(&contents).map(Some).map_err(PageError::broken)
}

fn cover(words: &Words, controller: &str, contact: &str) -> Cover {
    Cover {
        language: words.language.tag().to_owned(),
        title: words.t("package-title"),
        opening: vec![
            words.with("package-opening", "controller", controller),
            words.t("package-machines"),
        ],
        heads: ["package-file", "package-about", "package-bytes", "package-sha256"].map(|key| words.t(key)),
        removed: words.t("package-removed"),
        closing: vec![words.with("package-closing", "contact", contact)],
    }
}
