//! One keep-alive HTTP/1.1 connection that costs little: it reads the status, the length and nothing else.

use anyhow::{Context as _, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// The newest answer; it lives in the connection's buffer until the next exchange.
pub struct Answer<'a> {
    pub status: u16,
    pub head: &'a [u8],
    pub body: &'a [u8],
}

impl Connection {
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.context("connecting")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024], filled: 0 })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let head = loop {
            if let Some(end) = find(&self.buffer[..self.filled], b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let (status, length) = parse(&self.buffer[..head])?;
        let end = match length {
            Some(length) => head + length,
            None => self.chunks(head).await?,
        };
        while self.filled < end {
            self.fill().await?;
        }
        let body = if length.is_some() { end } else { self.filled };
        Ok(Answer { status, head: &self.buffer[..head], body: &self.buffer[head..body] })
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
        ensure!(read > 0, "the server closed the connection");
        self.filled += read;
        Ok(())
    }

    /// Joins the chunks of a body in place; answers where it ends.
    async fn chunks(&mut self, head: usize) -> anyhow::Result<usize> {
        let (mut read, mut written) = (head, head);
        loop {
            let line = loop {
                if let Some(end) = find(&self.buffer[read..self.filled], b"\r\n") {
                    break read + end;
                }
                self.fill().await?;
            };
            let size = std::str::from_utf8(&self.buffer[read..line])?.split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size.trim(), 16).context("a chunk's size")?;
            let start = line + 2;
            while self.filled < start + size + 2 {
                self.fill().await?;
            }
            if size == 0 {
                self.filled = written;
                return Ok(written);
            }
            self.buffer.copy_within(start..start + size, written);
            written += size;
            read = start + size + 2;
        }
    }
}

/// Status and `Content-Length`; none for a chunked body.
fn parse(head: &[u8]) -> anyhow::Result<(u16, Option<usize>)> {
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let Some(status) = status else { bail!("not an HTTP answer") };
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        if line.len() > 15 && line[..15].eq_ignore_ascii_case(b"content-length:") {
            return Ok((status, Some(std::str::from_utf8(&line[15..])?.trim().parse()?)));
        }
        if line.len() > 18 && line[..18].eq_ignore_ascii_case(b"transfer-encoding:") {
            return Ok((status, None));
        }
    }
    Ok((status, Some(0)))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A request as it goes over the wire, written into a buffer that is used again.
pub fn write(out: &mut Vec<u8>, method: &str, path: &str, headers: &str, body: Option<&str>) {
    out.clear();
    for part in [method, " ", path, " HTTP/1.1\r\nhost: 127.0.0.1\r\n", headers] {
        out.extend_from_slice(part.as_bytes());
    }
    if let Some(body) = body {
        let length = body.len().to_string();
        for part in ["content-type: application/json\r\ncontent-length: ", length.as_str(), "\r\n\r\n", body] {
            out.extend_from_slice(part.as_bytes());
        }
    } else {
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn answered_with(answer: &'static [u8]) -> (u16, Vec<u8>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 256];
            let _ = stream.read(&mut request).await.unwrap();
            for piece in answer.chunks(7) {
                stream.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let mut connection = Connection::open(port).await.unwrap();
        let answer = connection.exchange(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        (answer.status, answer.body.to_vec())
    }

    #[tokio::test]
    async fn bodies_come_whole() {
        let plain = answered_with(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello").await;
        assert_eq!(plain, (201, b"hello".to_vec()));
        let chunked = answered_with(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
        )
        .await;
        assert_eq!(chunked, (200, b"hello world".to_vec()));
    }
}
