//! What a sweep costs when some requests are due among many.

use std::io::Write;

use chrono::TimeDelta;

use super::{Folder, fill::fill, house};
use crate::domain::person::Role;
use crate::house::House;
use crate::jobs::sweep::sweep;
use crate::now::{Now, Stopwatch};
use crate::store::people::{self, AcceptError, NewPerson};
use crate::store::requests;

/// Stores requests, lets `due` of them fall due, and sweeps.
pub fn run(requests: usize, due: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let house = house(&folder.0)?;
    let now = house.now.instant();
    let officer = house.store.write(|tx| {
        let person = NewPerson {
            name: "Officer",
            email: "officer@example.com",
            role: Role::Officer,
            language: "en",
            manager: true,
        };
        let id = people::create(tx, &person, now)?;
        people::set_password(tx, id, "a few words are good")?;
        Ok::<_, AcceptError>(id)
    })?;
    fill(&house, requests, officer)?;
    sweep(&house)?;
    let later = after(&house, due)?;
    let shelf = (*house.shelf()).clone();
    let house = House::new(
        house.store.clone(),
        house.settings.clone(),
        Now::told(move || later),
        shelf,
    )?;
    let watch = Stopwatch::start();
    let swept = sweep(&house)?;
    let time = watch.elapsed();
    writeln!(
        out,
        "sweep: {} due among {requests} in {:.2} s, {} merged mail(s); {:.2} ms each",
        swept.requests,
        time.as_secs_f64(),
        swept.mails,
        time.as_secs_f64() * 1000.0 / swept.requests.max(1) as f64
    )?;
    Ok(())
}

/// The instant at which so many requests are due.
fn after(house: &House, due: usize) -> anyhow::Result<chrono::DateTime<chrono::Utc>> {
    let limit = i64::try_from(due)?;
    let mut instant = house.now.instant();
    for _ in 0..400 {
        let found = house.store.read(|db| requests::due(db, instant, limit))?;
        if found.len() >= due {
            break;
        }
        instant += TimeDelta::hours(6);
    }
    Ok(instant)
}
