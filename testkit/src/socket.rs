//! A real WebSocket client.

use futures::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest as _,
        http::{HeaderName, HeaderValue},
    },
};

use crate::app::PATIENCE;

pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// # Errors
    /// When the handshake is refused.
    pub async fn connect(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
        }
        Ok(Self(connect_async(request).await?.0))
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the socket is open");
    }

    pub async fn send_binary(&mut self, bytes: Vec<u8>) {
        self.0.send(Message::binary(bytes)).await.expect("the socket is open");
    }

    /// The next JSON frame.
    ///
    /// # Panics
    /// When none comes in time, or the socket closes.
    pub async fn next(&mut self) -> Value {
        match tokio::time::timeout(PATIENCE, self.next_or_close()).await.expect("a frame in time") {
            Ok(frame) => frame,
            Err(code) => panic!("the socket closed with {code:?}"),
        }
    }

    /// The next frame of this event, whatever else comes before it.
    pub async fn next_of(&mut self, event: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["event"] == event {
                return frame;
            }
        }
    }

    /// The close code, once the server ends the socket.
    pub async fn closed(&mut self) -> Option<u16> {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Err(code) = self.next_or_close().await {
                    return code;
                }
            }
        })
        .await
        .expect("the socket closes in time")
    }

    async fn next_or_close(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("frames are JSON")),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}
