//! What a running Habeas is made of: the store, the packs, the settings, the time and the way mail leaves.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use crate::board::Board;
use crate::config::Settings;
use crate::mail::auth::SenderChecks;
use crate::now::Now;
use crate::packs::{LoadedPack, Shelf};
use crate::space::Space;
use crate::store::{Store, StoreError, calendars};

/// Everything a job or a page needs, handed down and never reached for.
pub struct House {
    /// The database and the keys.
    pub store: Store,
    /// The settings it was started with.
    pub settings: Settings,
    /// The time.
    pub now: Now,
    /// What the running parts last reported.
    pub board: Board,
    /// What checks the senders of mails.
    pub checks: SenderChecks,
    /// The room on the disks.
    pub space: Space,
    shelf: RwLock<Arc<Shelf>>,
}

impl House {
    /// A house with the packs of the shelf and the calendars that were loaded into the store since.
    ///
    /// # Errors
    /// When the store fails or a loaded calendar cannot be read.
    pub fn new(store: Store, settings: Settings, now: Now, shelf: Shelf) -> Result<Self, StoreError> {
        let house = Self {
            checks: SenderChecks::of(&settings.sender_checks),
            store,
            settings,
            now,
            board: Board::default(),
            space: Space::machine(),
            shelf: RwLock::new(Arc::new(shelf)),
        };
        house.refresh_calendars()?;
        Ok(house)
    }

    /// The same house on other disks.
    #[must_use]
    pub fn on(self, space: Space) -> Self {
        Self { space, ..self }
    }

    /// The packs and calendars in force.
    pub fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The pack that new requests come under.
    ///
    /// # Errors
    /// When the settings name a pack that is not there.
    pub fn pack(&self) -> anyhow::Result<Arc<LoadedPack>> {
        let name = &self.settings.policy;
        self.shelf().pack(Some(name)).ok_or_else(|| {
            anyhow::anyhow!("The policy {name} is not there. Name one that `habeas policy list` shows, or put its pack into one of the folders named by `policies`.")
        })
    }

    /// Puts the newest calendar of each region that the store holds on the shelf; another instance may have loaded it.
    ///
    /// # Errors
    /// When the store fails or a loaded calendar cannot be read.
    pub fn refresh_calendars(&self) -> Result<(), StoreError> {
        let loaded = self.store.read(calendars::list)?;
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let mut seen = BTreeSet::new();
        for row in loaded {
            if !seen.insert(row.region.clone()) {
                continue;
            }
            let known = shelf
                .calendar(&row.region)
                .is_some_and(|calendar| calendar.version() == row.version);
            if !known {
                let calendar = crate::domain::calendar::Calendar::parse(&row.content, &row.region)
                    .map_err(|_| StoreError::Corrupt(format!("the loaded calendar {}", row.version)))?;
                *shelf = Arc::new(shelf.with_calendar(calendar));
            }
        }
        Ok(())
    }
}
