//! Serving: one listener, the worker beside it, two-step shutdown.

use std::time::Duration;

use poem::Server;
use poem::listener::{Acceptor, Listener as _, TcpListener};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How long requests in hand may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until told to stop; runs the jobs too unless `with_jobs` is false. `ready` gets the
/// address once it listens.
///
/// # Errors
/// The address cannot be listened on.
pub async fn serve(
    app: App,
    with_jobs: bool,
    stop: CancellationToken,
    ready: impl FnOnce(std::net::SocketAddr),
) -> anyhow::Result<()> {
    let listen = &app.config.server.listen;
    let listener =
        TcpListener::bind(listen.clone()).into_acceptor().await.map_err(|error| anyhow::anyhow!("{listen}: {error}"))?;
    let acceptor = NoDelay(listener);
    if let Some(address) = acceptor.local_addr().first().and_then(|address| address.0.as_socket_addr().copied()) {
        ready(address);
    }
    let jobs = with_jobs.then(|| tokio::spawn(crate::jobs::work(app.clone(), stop.clone())));
    let signal = stop.clone();
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(crate::app::routes(&app), async move { signal.cancelled().await }, Some(GRACE))
        .await?;
    stop.cancel();
    if let Some(jobs) = jobs {
        let _ = tokio::time::timeout(GRACE, jobs).await;
    }
    Ok(())
}

/// With the sample world loaded, whose passwords everybody knows, only this machine may reach us.
///
/// # Errors
/// `server.listen` is not a loopback address.
pub fn check_listen(config: &crate::config::Config, sample_world: bool) -> anyhow::Result<()> {
    let host = config.server.listen.rsplit_once(':').map_or(config.server.listen.as_str(), |(host, _)| host);
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    anyhow::ensure!(
        loopback || !sample_world || config.install.sample_world_beyond_loopback,
        "server.listen = {host} with the sample world loaded: its passwords are public. Use 127.0.0.1, or set install.sample_world_beyond_loopback"
    );
    Ok(())
}

/// Sets TCP_NODELAY, which this poem does not: without it small answers wait a flat 40 ms.
#[derive(Debug)]
struct NoDelay<A>(A);

impl<A: Acceptor<Io = tokio::net::TcpStream>> Acceptor for NoDelay<A> {
    type Io = A::Io;

    fn local_addr(&self) -> Vec<poem::web::LocalAddr> {
        self.0.local_addr()
    }

    async fn accept(
        &mut self,
    ) -> std::io::Result<(Self::Io, poem::web::LocalAddr, poem::web::RemoteAddr, poem::http::uri::Scheme)> {
        let accepted = self.0.accept().await?;
        accepted.0.set_nodelay(true)?;
        Ok(accepted)
    }
}
