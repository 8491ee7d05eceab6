//! Whether this instance works, for a watcher without an account. Nothing about requests or people is told.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;

use crate::house::House;
use crate::store::balance;
use crate::web::aside;

/// A part that has not worked for this long is ill.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// GET /health: `ok`, or what is wrong, a line each.
pub async fn health(house: web::Data<House>) -> HttpResponse {
    let now = house.now.instant();
    let mut ill = Vec::new();
    let silent = house
        .board
        .reports()
        .into_values()
        .any(|report| report.worked_at.is_none_or(|at| now - at > PATIENCE));
    if silent {
        ill.push("a part has not worked for 15 minutes".to_owned());
    }
    if let Some(shortage) = house.board.shortage() {
        ill.push(shortage.to_string());
    }
    let differences = aside({
        let house = Arc::clone(&house);
        move || Ok(house.store.read(balance::differences)?)
    });
    match differences.await {
        Ok(found) => {
            let alarms = found.iter().filter(|found| found.is_alarm(now)).count();
            if alarms > 0 {
                ill.push(format!("the mail does not add up: {alarms} to look at"));
            }
        }
        Err(_) => ill.push("the database cannot be read".to_owned()),
    }
    if ill.is_empty() {
        HttpResponse::Ok().body("ok")
    } else {
        HttpResponse::ServiceUnavailable().body(format!("not ok\n{}", ill.join("\n")))
    }
}
