//! A mail server for tests: speaks enough SMTP on a port of the loopback, and fails on command.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How the server behaves; may be changed while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Takes everything.
    Ok,
    /// «Later» to every recipient (greylisting).
    TempFail,
    /// «Never» to every recipient.
    PermFail,
    /// Refuses the text after it was sent: a policy.
    Policy,
    /// Takes the text and hangs up without an answer.
    DropAfterData,
    /// Accepts the connection and never says a word.
    Hang,
    /// Takes the text and answers after this many milliseconds.
    Slow(u64),
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The address it was for.
    pub to: String,
    /// Headers and body.
    pub data: String,
}

/// The running server; ends with this value.
#[derive(Debug)]
pub struct Smtp {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    received: Vec<Received>,
    connections: usize,
}

impl Smtp {
    /// Starts on a free port.
    pub async fn start(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { mode, received: Vec::new(), connections: 0 }));
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { address, state, task }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Behaves otherwise from the next connection on.
    pub fn set(&self, mode: Mode) {
        self.state.lock().unwrap().mode = mode;
    }

    /// Every text that arrived in full, answered or not.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// How often somebody connected.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Waits until so many texts have arrived.
    pub async fn wait_for(&self, count: usize, limit: Duration) -> Vec<Received> {
        let until = tokio::time::Instant::now() + limit;
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(tokio::time::Instant::now() < until, "{} of {count} mails after {limit:?}", received.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Settings that send through this server.
    pub fn configure(&self, config: &mut api::config::Config) {
        config.mail.transport = api::config::Transport::Smtp;
        config.mail.smtp_host = "127.0.0.1".to_owned();
        config.mail.smtp_port = self.port();
        config.mail.timeout_s = 2;
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection; ends silently when the client does.
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let _ = speak(stream, &state).await;
}

async fn speak(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mode = state.lock().unwrap().mode;
    if mode == Mode::Hang {
        tokio::time::sleep(Duration::from_secs(600)).await;
        return Ok(());
    }
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test ESMTP\r\n").await?;
    let (mut line, mut to) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.to_ascii_uppercase();
        let answer = match command.split([' ', ':', '\r']).next().unwrap_or_default() {
            "EHLO" | "HELO" => "250-test\r\n250 8BITMIME\r\n",
            "RCPT" if mode == Mode::TempFail => "451 4.7.1 greylisted, come back later\r\n",
            "RCPT" if mode == Mode::PermFail => "550 5.1.1 no such user here\r\n",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let data = read_text(&mut stream).await?;
                if mode == Mode::Policy {
                    "554 5.7.1 not today\r\n"
                } else {
                    state.lock().unwrap().received.push(Received { to: to.clone(), data });
                    match mode {
                        Mode::DropAfterData => return Ok(()),
                        Mode::Slow(wait) => tokio::time::sleep(Duration::from_millis(wait)).await,
                        _ => {}
                    }
                    "250 taken\r\n"
                }
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

async fn read_text(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let (mut data, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

impl Received {
    /// A header, unfolded and with its encoded words decoded.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
        let line = head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        decode_words(&line.unwrap_or_default())
    }

    /// The parts of the body, decoded: plain text first, then HTML.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        let kind = self.header("content-type");
        let Some(boundary) = kind.split("boundary=").nth(1).map(|rest| rest.trim_matches(['"', ';', ' ']).to_owned()) else {
            return vec![part(&self.data)];
        };
        let marker = format!("--{boundary}");
        self.data.split(&marker).skip(1).filter(|piece| !piece.starts_with("--")).map(|piece| part(piece.trim_start())).collect()
    }
}

fn part(text: &str) -> String {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let head = head.to_ascii_lowercase();
    let bytes = if head.contains("quoted-printable") {
        quoted(&body.replace("=\r\n", ""))
    } else if head.contains("base64") {
        base64(body)
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

/// `=?utf-8?b?…?=` and `=?utf-8?q?…?=`; spaces between two of them do not count.
fn decode_words(text: &str) -> String {
    let (mut out, mut rest, mut after_word) = (String::new(), text, false);
    while let Some((before, tail)) = rest.split_once("=?") {
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        let mut pieces = tail.splitn(3, '?');
        let (_charset, how, tail) = (pieces.next().unwrap(), pieces.next().unwrap(), pieces.next().unwrap());
        let (word, tail) = tail.split_once("?=").unwrap();
        let bytes = if how.eq_ignore_ascii_case("b") { base64(word) } else { quoted(&word.replace('_', " ")) };
        out.push_str(&String::from_utf8(bytes).unwrap());
        (rest, after_word) = (tail, true);
    }
    out + rest
}

fn quoted(text: &str) -> Vec<u8> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'=' && at + 2 < bytes.len() {
            out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for six in text.bytes().filter_map(value) {
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).unwrap());
        }
    }
    out
}
