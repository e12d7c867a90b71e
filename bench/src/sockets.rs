//! Listening sockets: HummDesk's own frames, and Socket.IO 4 as the peer speaks it.

use anyhow::{Context as _, bail};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::system::{Kind, Target};

pub struct Listener {
    socket: WebSocketStream<TcpStream>,
    kind: Kind,
}

impl Listener {
    /// Connects, signs in as an agent of the account, and returns when events flow.
    pub async fn open(target: &Target, account: u64) -> anyhow::Result<Self> {
        let path = match target.kind {
            Kind::HummDesk => "/ws",
            Kind::Peer => "/socket.io/?EIO=4&transport=websocket",
        };
        let stream = TcpStream::connect(("127.0.0.1", target.port)).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://127.0.0.1:{}{path}", target.port);
        // The library's own 128 kB are cleared at each look for a frame, which would be most of what is measured.
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
        let (socket, _) = client_async_with_config(url, stream, Some(config)).await.context("opening a socket")?;
        let mut listener = Self { socket, kind: target.kind };
        let token = target.tokens.get(account as usize - 1).map_or("", String::as_str);
        match target.kind {
            Kind::HummDesk => {
                listener.send(json!({ "type": "authenticate", "token": token }).to_string()).await?;
                listener.until(r#""ready""#).await?;
            }
            Kind::Peer => {
                listener.until("0{").await?;
                listener.send(format!("40{}", json!({ "token": token }))).await?;
                listener.until("40").await?;
            }
        }
        Ok(listener)
    }

    async fn send(&mut self, text: String) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    async fn until(&mut self, mark: &str) -> anyhow::Result<()> {
        while !self.next().await?.contains(mark) {}
        Ok(())
    }

    /// The next frame with content; heartbeats are answered on the way.
    pub async fn next(&mut self) -> anyhow::Result<String> {
        loop {
            match self.socket.next().await.context("the socket ended")?? {
                Message::Text(text) if self.kind == Kind::Peer && text.as_str() == "2" => {
                    self.send("3".to_owned()).await?;
                }
                Message::Text(text) => return Ok(text.as_str().to_owned()),
                Message::Close(frame) => bail!("the socket was closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next of HummDesk's events of this kind, as JSON.
    pub async fn next_event(&mut self, kind: &str) -> anyhow::Result<Value> {
        loop {
            let frame: Value = serde_json::from_str(&self.next().await?)?;
            if frame["event"] == kind {
                return Ok(frame);
            }
        }
    }
}
