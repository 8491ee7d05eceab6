//! Whether this instance works, for a watcher without an account. Nothing about requests or people is told.

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;

use crate::house::House;

/// A part that has not worked for this long is ill.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// GET /health
pub async fn health(house: web::Data<House>) -> HttpResponse {
    let now = house.now.instant();
    let ill = house
        .board
        .reports()
        .into_values()
        .any(|report| report.worked_at.is_none_or(|at| now - at > PATIENCE));
    if ill {
        HttpResponse::ServiceUnavailable().body("not ok")
    } else {
        HttpResponse::Ok().body("ok")
    }
}
