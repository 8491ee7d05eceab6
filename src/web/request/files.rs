//! The original of a message and its attachments, as downloads that no browser opens in our name.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};

use crate::house::House;
use crate::mail::reading::Opened;
use crate::store::messages;
use crate::web::aside;
use crate::web::door::session::Reads;
use crate::web::error::PageError;

/// GET /messages/{id}/original
pub async fn original(_who: Reads, house: web::Data<House>, id: web::Path<i64>) -> Result<HttpResponse, PageError> {
    let id = id.into_inner();
    let house = Arc::clone(&house);
    let raw = aside(move || Ok(house.store.read(|db| messages::raw(db, id))?)).await?;
    Ok(download(&format!("message-{id}.eml"), raw))
}

/// GET /messages/{id}/files/{index}
pub async fn file(
    _who: Reads,
    house: web::Data<House>,
    path: web::Path<(i64, usize)>,
) -> Result<HttpResponse, PageError> {
    let (id, index) = path.into_inner();
    let house = Arc::clone(&house);
    let found = aside(move || {
        let opened = house.store.read(|db| Opened::open(db, id))?;
        Ok(opened.attachment(index))
    })
    .await?
    .ok_or(PageError::Absent)?;
    Ok(download(&found.name, found.bytes))
}

/// Always a file of plain bytes: whatever it says it is, it is not shown and nothing in it runs.
pub(super) fn download(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, disposition(name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((
            HeaderName::from_static("x-download-options"),
            HeaderValue::from_static("noopen"),
        ))
        .body(bytes)
}

/// The name for the download (RFC 6266): percent-encoded UTF-8, and a plain one for programs that know no better.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|one| {
            if one.is_ascii_alphanumeric() || one == '.' {
                one
            } else {
                '_'
            }
        })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_name_stays_a_name() {
        let said = disposition("订单\r\nX: \"../../etc/passwd\".pdf");
        assert!(said.is_ascii() && !said.contains(['\r', '\n']) && !said.contains("../"));
        assert!(said.ends_with("%22.pdf"));
        assert_eq!(said.matches('"').count(), 2);
    }
}
