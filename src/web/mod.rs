//! The dashboard: handlers translate a request into a command or a question, and the result into a page.

pub mod balance;
pub mod bulk;
pub mod calendar;
pub mod campaigns;
pub mod desk;
pub mod door;
pub mod entry;
pub mod error;
pub mod frame;
pub mod health;
pub mod letters;
pub mod mail;
pub mod policy;
pub mod portal;
pub mod reading;
pub mod request;
pub mod requests;
pub mod routes;
pub mod states;
pub mod systems;
pub mod tasks;
pub mod upload;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use askama::Template;

use crate::house::House;
use error::PageError;

/// Serves the dashboard until a signal ends it; requests under way get ten seconds to end.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(house: Arc<House>) -> anyhow::Result<()> {
    let listen = house.settings.listen;
    HttpServer::new(move || app(Arc::clone(&house)))
        .workers(2)
        .shutdown_timeout(10)
        .bind(listen)
        .with_context(|| format!("{listen} cannot be listened on"))?
        .run()
        .await
        .context("the dashboard stopped")
}

/// The dashboard with its guards, as it is served and as tests ask it.
///
/// Answers are not compressed: pages hold the token of their forms beside words from outside, and the length of a
/// compressed page would tell of it (BREACH).
pub fn app(
    house: Arc<House>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .configure(routes::routes(house))
        .wrap(from_fn(door::guard::same_site_only))
        .wrap(from_fn(error::pages))
        .wrap(from_fn(door::guard::headers))
}

/// Runs work that waits for the store on a thread where it may wait.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PageError> + Send + 'static,
) -> Result<T, PageError> {
    web::block(work).await.map_err(PageError::broken)?
}

/// A page as an answer.
pub(crate) fn show(page: &impl Template) -> Result<HttpResponse, PageError> {
    let body = page.render().map_err(PageError::broken)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

/// Goes on to a page after a change, so that reloading repeats nothing.
pub(crate) fn go_on(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}
