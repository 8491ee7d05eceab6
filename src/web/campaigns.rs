//! Requests whose words are nearly the same, as groups to work on; each stays one person's case.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::house::House;
use crate::store::campaigns;
use crate::store::lists::{self, Filter, Life};
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// So many groups are listed, the newest first.
const MOST: i64 = 100;

/// GET /campaigns
pub async fn campaigns(who: Reads, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Requests, who.words.t("campaigns-title"));
    let zone = house.pack().map_err(PageError::broken)?.pack.policy.zone;
    let office = Arc::clone(&house);
    let found = aside(move || {
        Ok(office.store.read(|db| {
            let mut found = Vec::new();
            for campaign in campaigns::list(db, MOST)? {
                let of_it = |life| Filter {
                    life,
                    campaign: Some(campaign.id),
                    ..Filter::default()
                };
                let (open, _) = lists::group(db, &of_it(Life::Open), 0)?;
                let (size, first) = lists::group(db, &of_it(Life::All), 1)?;
                found.push((campaign, size, open, first));
            }
            Ok(found)
        })?)
    })
    .await?;
    let words = who.words;
    let rows = found.into_iter().map(|(campaign, size, open, first)| Row {
        subject: first
            .into_iter()
            .next()
            .map(|line| line.card.subject)
            .unwrap_or_default(),
        size: words.n("campaigns-size", size),
        open: words.n("campaigns-open", open),
        last_at: words.with("campaigns-last", "at", &words.instant(campaign.last_at, zone)),
        members: format!("/requests?standing=all&campaign={}", campaign.id),
        work: format!("/bulk?campaign={}", campaign.id),
    });
    show(&CampaignsPage {
        rows: rows.collect(),
        frame,
    })
}

/// One group.
#[derive(Debug, Clone)]
pub struct Row {
    /// The subject of its most urgent request.
    pub subject: String,
    /// How many requests it has.
    pub size: String,
    /// How many of them are open.
    pub open: String,
    /// When the last was opened.
    pub last_at: String,
    /// The list of its requests.
    pub members: String,
    /// The page to take one step with several of them.
    pub work: String,
}

/// The page of the groups.
#[derive(Debug, Template)]
#[template(path = "campaigns.html")]
pub struct CampaignsPage {
    /// Around the page.
    pub frame: Frame,
    /// The groups, those with the newest request first.
    pub rows: Vec<Row>,
}
