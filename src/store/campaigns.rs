//! Sketches of the texts that opened requests, and the groups of those that are nearly the same.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::{campaign_bands, campaign_texts};
use super::{Reader, Stamp, StoreError, Tx, Vault};
use crate::domain::campaign::Sketch;

/// A text is compared with those of so long before it.
const REACH: TimeDelta = TimeDelta::days(180);

/// So many texts that have a band in common are compared, the newest first.
const MOST_COMPARED: i64 = 200;

/// A group of requests whose texts are nearly the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Campaign {
    /// Its number: that of its first request.
    pub id: i64,
    /// How many requests it has.
    pub size: i64,
    /// When the last of them was opened.
    pub last_at: DateTime<Utc>,
}

/// Notes the text that opened a request: it joins the campaign of the text most like it, or may begin one.
///
/// # Errors
/// When the store fails.
pub fn note(tx: &mut Tx<'_>, request: i64, text: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(sketch) = Sketch::of(text, &key(tx.vault)) else {
        return Ok(());
    };
    let campaign = alike(tx, request, &sketch, now)?.unwrap_or(request);
    diesel::insert_into(campaign_texts::table)
        .values((
            campaign_texts::request_id.eq(request),
            campaign_texts::campaign.eq(campaign),
            campaign_texts::opened_at.eq(Stamp::from(now)),
            campaign_texts::sketch.eq(sketch.written()),
        ))
        .execute(tx.conn)?;
    for band in sketch.bands() {
        diesel::insert_into(campaign_bands::table)
            .values((campaign_bands::band.eq(band), campaign_bands::request_id.eq(request)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The campaign of the text that is most like this one, when it is alike at all.
fn alike(tx: &mut Tx<'_>, request: i64, sketch: &Sketch, now: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
    let bands: Vec<Vec<u8>> = sketch.bands().collect();
    let near: Vec<i64> = campaign_bands::table
        .filter(campaign_bands::band.eq_any(bands))
        .filter(campaign_bands::request_id.ne(request))
        .select(campaign_bands::request_id)
        .distinct()
        .order(campaign_bands::request_id.desc())
        .limit(MOST_COMPARED)
        .load(tx.conn)?;
    let rows: Vec<(i64, Vec<u8>)> = campaign_texts::table
        .filter(campaign_texts::request_id.eq_any(near))
        .filter(campaign_texts::opened_at.gt(Stamp::from(now - REACH)))
        .order(campaign_texts::request_id)
        .select((campaign_texts::campaign, campaign_texts::sketch))
        .load(tx.conn)?;
    let mut best: Option<(usize, i64)> = None;
    for (campaign, other) in rows {
        let other = Sketch::read(&other).ok_or_else(|| StoreError::Corrupt("a sketch".to_owned()))?;
        let likeness = sketch.likeness(&other);
        if sketch.is_alike(&other) && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, campaign));
        }
    }
    Ok(best.map(|(_, campaign)| campaign))
}

/// Campaigns of at least two requests, those with the newest first.
///
/// # Errors
/// When the store fails.
pub fn list(db: &mut Reader<'_>, limit: i64) -> Result<Vec<Campaign>, StoreError> {
    let rows: Vec<(i64, i64, Option<Stamp>)> = campaign_texts::table
        .group_by(campaign_texts::campaign)
        .having(diesel::dsl::count(campaign_texts::request_id).gt(1))
        .select((
            campaign_texts::campaign,
            diesel::dsl::count(campaign_texts::request_id),
            diesel::dsl::max(campaign_texts::opened_at),
        ))
        .order(diesel::dsl::max(campaign_texts::opened_at).desc())
        .limit(limit)
        .load(db.conn)?;
    let whole = |(id, size, last_at): (i64, i64, Option<Stamp>)| {
        last_at.map(|last_at| Campaign {
            id,
            size,
            last_at: last_at.into(),
        })
    };
    Ok(rows.into_iter().filter_map(whole).collect())
}

fn key(vault: &Vault) -> [u8; 32] {
    vault.digest("campaign", b"sketch")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    fn template(name: &str) -> String {
        format!(
            "Dear Sir or Madam, my name is {name}. Under the law I ask you to tell me which personal data you hold about \
             me, where you got them, to whom you gave them, and to send me a copy of all of them within the legal time."
        )
    }

    #[test]
    fn texts_that_are_nearly_the_same_are_one_campaign_for_as_long_as_they_follow_each_other() {
        for store in stores() {
            let now = instant("2026-11-24T02:00:00Z");
            let note = |request, text: &str, at| store.write(|tx| note(tx, request, text, at)).unwrap();
            note(1, &template("Li Na"), now);
            note(
                2,
                "Hello, I only want to know something else, and this is a text of my own that nobody else would send in these words.",
                now,
            );
            note(3, &template("Ada King"), now + TimeDelta::days(1));
            note(4, "Short.", now);
            note(5, &template("Wang Wei"), now + TimeDelta::days(200));
            let found = store.read(|db| list(db, 9)).unwrap();
            let campaign = Campaign {
                id: 1,
                size: 2,
                last_at: now + TimeDelta::days(1),
            };
            assert_eq!(found, [campaign]);
        }
    }
}
