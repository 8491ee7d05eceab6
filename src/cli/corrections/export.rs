//! Settled messages written out as labelled samples: raw mails, and what officers said of each.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::domain::classification::Kind;
use crate::domain::policy::Policy;
use crate::house::House;
use crate::store::corrections::{self, Settled, Wanted};
use crate::store::{Reader, StoreError, messages};

/// What everybody must know who holds such a folder.
const WARNING: &str = "These files are people's mail as it came in, with names, addresses and what they asked for. Use them to \
measure and improve recognition on this machine, give them to nobody, and destroy the folder when you are done.";

/// A settled message with its bytes.
struct Sample {
    settled: Settled,
    received_at: DateTime<Utc>,
    raw: Vec<u8>,
}

/// Writes the samples into a folder of their own, which only this account can open.
///
/// # Errors
/// When the store fails, or the folder cannot be written or holds something already.
pub fn run(house: &House, folder: &Path, wanted: Wanted, out: &mut impl Write) -> anyhow::Result<()> {
    let pack = house.pack()?;
    let (samples, erased) = house.store.read(|db| read(db, wanted))?;
    make(folder)?;
    let mut labels = Vec::new();
    for (sample, number) in samples.iter().zip(1_usize..) {
        let file = format!("{number:04}.eml");
        write_new(&folder.join(&file), &sample.raw)?;
        labels.push(label(&file, sample, &pack.pack.policy).to_string());
    }
    let text = if labels.is_empty() {
        "[]\n".to_owned()
    } else {
        format!("[\n{}\n]\n", labels.join(",\n"))
    };
    write_new(&folder.join("labels.json"), text.as_bytes())?;
    let shown = folder.display();
    writeln!(out, "{} messages and labels.json are in {shown}.", samples.len())?;
    if erased > 0 {
        writeln!(
            out,
            "{erased} more are erased: their keys are destroyed, and nothing of them was written."
        )?;
    }
    writeln!(out, "{WARNING}")?;
    writeln!(out, "Measure with: habeas classify --score {shown}/labels.json {shown}")?;
    Ok(())
}

/// The settled messages in the order of their arrival, and how many more are erased.
fn read(db: &mut Reader<'_>, wanted: Wanted) -> Result<(Vec<Sample>, usize), StoreError> {
    let (mut samples, mut erased) = (Vec::new(), 0);
    for settled in corrections::settled(db, wanted)? {
        let found = messages::find(db, settled.message)?.ok_or(StoreError::Missing {
            what: "message",
            id: settled.message,
        })?;
        match messages::raw(db, settled.message) {
            Ok(raw) => samples.push(Sample {
                settled,
                received_at: found.received_at,
                raw,
            }),
            Err(StoreError::Erased(_)) => erased += 1,
            Err(error) => return Err(error),
        }
    }
    samples.sort_by_key(|sample| (sample.received_at, sample.settled.message));
    Ok((samples, erased))
}

/// One object of a `labels.json`, in the format of the labelled corpus.
fn label(file: &str, sample: &Sample, policy: &Policy) -> Value {
    let settled = &sample.settled;
    let said = &settled.said;
    // A request in which nobody found a right exercises some and says none; each may be named or not.
    let unspecified = said.kind == Kind::Request && said.rights.is_empty();
    let rights_optional: Vec<&str> = policy
        .rights
        .iter()
        .filter(|_| unspecified)
        .map(|right| right.id.as_str())
        .collect();
    let flags_optional = settled.hints.iter().filter(|hint| !settled.upheld.contains(hint));
    json!({
        "file": file,
        "rights": said.rights,
        "rights_optional": rights_optional,
        "kind": said.kind,
        "kind_optional": kind_optional(settled),
        "language": said.language,
        "on_behalf": said.on_behalf,
        "flags": settled.upheld,
        "flags_optional": flags_optional.collect::<Vec<_>>(),
        "thread_of": null,
        "duplicate_of": null,
        "received": received(sample.received_at, policy.zone),
        "tags": if unspecified { vec!["unspecified"] } else { Vec::new() },
        "note": settled.reference,
    })
}

/// Other sorts that are right too: an officer never says whether mail that is no request was made by a programme, and a
/// message that joined a request need not show by its words that it follows another.
fn kind_optional(settled: &Settled) -> Vec<Kind> {
    let kind = settled.said.kind;
    let also: &[Kind] = match kind {
        Kind::Unrelated => &[Kind::Automatic],
        Kind::Question | Kind::Complaint if !settled.said.rights.is_empty() => &[Kind::Request],
        Kind::Request | Kind::FollowUp if !settled.opened => &[Kind::Request, Kind::FollowUp],
        Kind::Request | Kind::FollowUp | Kind::Question | Kind::Complaint | Kind::Automatic => &[],
    };
    also.iter().copied().filter(|other| *other != kind).collect()
}

fn received(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339()
}

fn make(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(mut entries) => ensure!(
            entries.next().is_none(),
            "{shown} holds something already. Name a folder that is not there yet, so that no sample is mixed up with another."
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder
                .create(folder)
                .with_context(|| format!("{shown} cannot be made"))?;
        }
        Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
    }
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .with_context(|| format!("{shown} cannot be closed to others"))?;
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(bytes)
        .with_context(|| format!("{} cannot be written", path.display()))
}
