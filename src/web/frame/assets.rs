//! The style sheet and the icon: inside the binary, under a name that changes with their content.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../../../templates/assets/habeas.css");
const ICON: &str = include_str!("../../../templates/assets/icon.svg");
const FOREVER: &str = "public, max-age=31536000, immutable";

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(STYLE.as_bytes());
    format!(
        "/assets/habeas-{}.css",
        hex::encode(digest.get(..8).unwrap_or_default())
    )
});

/// The path of the style sheet: another one whenever a byte of it changes.
pub fn style_path() -> String {
    STYLE_PATH.clone()
}

/// GET /assets/{name}
pub async fn asset(name: web::Path<String>) -> HttpResponse {
    match name.as_str() {
        "icon.svg" => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
            .content_type("image/svg+xml")
            .body(ICON),
        name if STYLE_PATH.strip_prefix("/assets/") == Some(name) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, FOREVER))
            .content_type("text/css; charset=utf-8")
            .body(STYLE),
        _ => HttpResponse::NotFound().finish(),
    }
}
