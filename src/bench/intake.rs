//! How many mails a second become durable requests, beside what the database alone can commit.

use std::io::Write;

use super::{Folder, house};
use crate::jobs::intake::{self, Arrival, BATCH};
use crate::now::Stopwatch;
use crate::store::engine_limit::plain_commits;

/// Takes mails in, in the intake's own batches, then commits the same bytes plainly in batches of the same size.
pub fn run(mails: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let house = house(&folder.0)?;
    let raws: Vec<Vec<u8>> = (0..mails).map(mail).collect();
    let arrivals: Vec<Arrival> = (0_i64..)
        .zip(&raws)
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
        intake::take(&house, batch)?;
    }
    let taken = per_second(mails, watch.elapsed());
    let watch = Stopwatch::start();
    plain_commits(&folder.0.join("plain.db"), &raws, BATCH)?;
    let plain = per_second(mails, watch.elapsed());
    let watch = Stopwatch::start();
    let single: Vec<Vec<u8>> = raws.iter().take(300).cloned().collect();
    plain_commits(&folder.0.join("single.db"), &single, 1)?;
    let single = per_second(single.len(), watch.elapsed());
    writeln!(
        out,
        "intake, batches of {BATCH}:          {taken:>8.0} mails a second, each an open request with its acknowledgement"
    )?;
    writeln!(
        out,
        "plain rows, batches of {BATCH}:      {plain:>8.0} a second; ratio {:.1}",
        plain / taken
    )?;
    writeln!(
        out,
        "plain rows, one a commit:       {single:>8.0} a second; ratio {:.2}",
        single / taken
    )?;
    Ok(())
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
