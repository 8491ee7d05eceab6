//! How many mails a second become durable, and become requests, beside what the database alone can commit.

use std::io::Write;

use super::{Folder, house};
use crate::house::House;
use crate::jobs::intake::{self, Arrival, BATCH};
use crate::now::Stopwatch;
use crate::store::StoreError;
use crate::store::engine_limit::plain_commits;
use crate::store::messages::{self, NewMessage};

/// Mails that are committed together, to find the best number.
const SIZES: [usize; 5] = [1, 8, 64, 256, 1024];
/// Single commits are slow and even: of these so many are enough.
const MOST_SINGLE: usize = 300;

/// Keeps mails in batches of several sizes by one worker, then takes as many in as requests, each beside plain commits of the
/// same bytes.
///
/// # Errors
/// When the temporary folder or its databases fail.
pub fn run(mails: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let raws: Vec<Vec<u8>> = (0..mails).map(mail).collect();
    writeln!(
        out,
        "kept: on stable storage, by one worker      plain rows of the same bytes"
    )?;
    for size in SIZES {
        let folder = Folder::new()?;
        let some = if size == 1 {
            raws.get(..MOST_SINGLE).unwrap_or(&raws)
        } else {
            &raws
        };
        let kept = keep(house(&folder.0)?.as_ref(), some, size)?;
        let plain = plainly(&folder, some, size)?;
        writeln!(
            out,
            "  {size:>4} a commit: {kept:>8.0} a second          {plain:>8.0} a second; ratio {:.1}",
            plain / kept
        )?;
    }
    let folder = Folder::new()?;
    let taken = take(house(&folder.0)?.as_ref(), &raws)?;
    let plain = plainly(&folder, &raws, BATCH)?;
    let single = plainly(&folder, raws.get(..MOST_SINGLE).unwrap_or(&raws), 1)?;
    writeln!(
        out,
        "taken in: kept, read, recognised, opened and acknowledged, in batches of {BATCH}\n       {taken:>16.0} a second          \
         {plain:>8.0} a second; ratio {:.1}\n       plain rows, one a commit:         {single:>8.0} a second; ratio {:.2}",
        plain / taken,
        single / taken
    )?;
    Ok(())
}

/// Only what makes a mail safe: its bytes, its key and where it was seen.
fn keep(house: &House, raws: &[Vec<u8>], size: usize) -> anyhow::Result<f64> {
    let now = house.now.instant();
    let rows: Vec<NewMessage<'_>> = (0_i64..)
        .zip(raws)
        .map(|(no, raw)| NewMessage {
            grp: "bench",
            no,
            place: "bench",
            received_at: now,
            stated_at: None,
            raw,
            whole_size: None,
        })
        .collect();
    let watch = Stopwatch::start();
    for batch in rows.chunks(size) {
        house
            .store
            .write(|tx| messages::keep(tx, batch, now).map(drop))
            .map_err(|error: StoreError| error)?;
    }
    Ok(per_second(raws.len(), watch.elapsed()))
}

/// The whole way to an open, acknowledged request.
fn take(house: &House, raws: &[Vec<u8>]) -> anyhow::Result<f64> {
    let arrivals: Vec<Arrival> = (0_i64..)
        .zip(raws)
        .map(|(no, raw)| Arrival {
            grp: "bench".to_owned(),
            no,
            place: "bench".to_owned(),
            received_at: None,
            raw: raw.clone(),
            whole_size: None,
        })
        .collect();
    let watch = Stopwatch::start();
    for batch in arrivals.chunks(BATCH) {
        intake::take(house, batch)?;
    }
    Ok(per_second(raws.len(), watch.elapsed()))
}

/// The machine's own limit: the same bytes as rows of a plain table.
fn plainly(folder: &Folder, raws: &[Vec<u8>], size: usize) -> anyhow::Result<f64> {
    let watch = Stopwatch::start();
    plain_commits(&folder.0.join(format!("plain-{size}.db")), raws, size)?;
    Ok(per_second(raws.len(), watch.elapsed()))
}

fn per_second(count: usize, time: std::time::Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// A mail of ordinary length; every one differs.
fn mail(number: usize) -> Vec<u8> {
    let (subject, body) = if number.is_multiple_of(2) {
        (
            "My personal data",
            "Dear Sir or Madam,\r\n\r\nplease send me a copy of all personal data that you hold about me, and tell me with whom\r\nyou have shared them. I have been a customer for several years and have never asked before.\r\n",
        )
    } else {
        (
            "注销账号",
            "您好：\r\n\r\n我已经不再使用贵公司的服务，请注销我的账号，并删除我的手机号、收货地址和购买记录等全部个人信息。\r\n办理完毕后请邮件告知，谢谢。\r\n",
        )
    };
    format!(
        "Received: from mail.example by mx.example.com; Mon, 02 Mar 2026 09:00:00 +0800\r\nFrom: Person {number} <person{number}@mail.example>\r\n\
         To: privacy@example.com\r\nSubject: {subject}\r\nMessage-ID: <{number}@mail.example>\r\nDate: Mon, 02 Mar 2026 09:00:00 +0800\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\nPerson {number}\r\n"
    )
    .into_bytes()
}
