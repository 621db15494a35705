//! The smaller fixtures that come with the crate.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use solipsism::fixtures::{
    BoundSocket, BoundSockets, Localhost, Rng, Service, Services, Starting, TempDir, TestInfo,
    UnusedPort, UnusedPorts,
};
use solipsism::net::{Network, TcpListener, TcpStream, UdpSocket};

mod ports {
    use super::{
        BTreeSet, ErrorKind, SocketAddr, TcpListener, TcpStream, UdpSocket, UnusedPort, UnusedPorts,
    };

    #[solipsism::test]
    async fn nobody_listens_there(port: UnusedPort) -> std::io::Result<()> {
        let refused = TcpStream::connect(port.addr()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let listener = TcpListener::bind(port.addr()).await?;
        assert_eq!(listener.local_addr()?, SocketAddr::from(port));
        TcpStream::connect(("localhost", port.port())).await?;
        UdpSocket::bind(("localhost", u16::from(port))).await?;
        Ok(())
    }

    #[solipsism::test]
    async fn a_port_is_its_number(UnusedPort(port): UnusedPort, other: UnusedPort) {
        assert_ne!(port, other.port());
        assert_eq!(other.to_string(), other.0.to_string());
    }

    #[solipsism::test]
    async fn many_are_all_different(#[with(count = 1024)] ports: UnusedPorts) {
        let mut seen = BTreeSet::new();
        for port in ports {
            assert!(seen.insert(port), "{port} twice");
            let socket = TcpListener::bind(port.addr()).await.unwrap();
            drop(socket);
        }
        assert_eq!(seen.len(), 1024);
        for _ in 0..1024 {
            assert!(seen.insert(UnusedPort::new().unwrap()));
        }
    }

    #[solipsism::test]
    async fn two_unless_more_are_asked_for(
        ports: UnusedPorts,
        #[with(count = 0)] none: UnusedPorts,
    ) {
        assert_eq!((ports.len(), none.len()), (2, 0));
        let [one, other]: [UnusedPort; 2] = ports.into();
        assert_ne!(one, other);
    }

    #[solipsism::test]
    #[should_panic(
        expected = "an array of 3 was made of `UnusedPorts`, of which there are 2: ask for `#[with(count = 3)]`"
    )]
    async fn an_array_of_another_size(ports: UnusedPorts) {
        let _: [UnusedPort; 3] = ports.into();
    }

    #[solipsism::test]
    async fn the_network_takes_none_of_them(#[with(count = 100)] ports: UnusedPorts) {
        let ports: BTreeSet<u16> = ports.iter().map(|port| port.port()).collect();
        let mut kept = Vec::new();
        for _ in 0..200 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let addr = listener.local_addr().unwrap();
            let client = TcpStream::connect(addr).await.unwrap();
            assert!(!ports.contains(&addr.port()));
            assert!(!ports.contains(&client.local_addr().unwrap().port()));
            kept.push((listener, client));
        }
    }

    #[solipsism::test]
    async fn one_that_is_bound_is_not_given(first: UnusedPort) -> std::io::Result<()> {
        let next = first.port() + 1;
        let _tcp = TcpListener::bind(("localhost", next)).await?;
        let _udp = UdpSocket::bind(("elsewhere.internal", next + 1)).await?;
        assert_eq!(UnusedPort::new()?.port(), next + 2);
        Ok(())
    }

    #[solipsism::test]
    async fn they_come_to_an_end() {
        let error = (0..20_000).find_map(|_| UnusedPort::new().err()).unwrap();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let again = UnusedPort::new().unwrap_err();
        assert_eq!(again.to_string(), error.to_string());
    }
}

mod sockets {
    use super::{
        BTreeSet, BoundSocket, BoundSockets, ErrorKind, IpAddr, RefCell, Service, Services,
        SocketAddr, Starting, TcpListener, TcpStream, UdpSocket,
    };

    #[solipsism::test]
    async fn is_bound_and_does_not_listen(socket: BoundSocket) -> std::io::Result<()> {
        let addr = socket.local_addr();
        assert_eq!(socket.ip(), "127.0.0.1".parse::<IpAddr>().unwrap());
        let refused = TcpStream::connect(addr).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let taken = TcpListener::bind(addr).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);
        socket.set_nodelay(true)?;
        let listener = socket.listen(1)?;
        assert_eq!(listener.local_addr()?, addr);
        TcpStream::connect(addr).await?;
        Ok(())
    }

    trait Ip {
        fn ip(&self) -> IpAddr;
    }

    impl Ip for BoundSocket {
        fn ip(&self) -> IpAddr {
            self.local_addr().ip()
        }
    }

    #[solipsism::test]
    async fn connects_from_where_it_is_bound(socket: BoundSocket) -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:80").await?;
        let addr = socket.local_addr();
        let _client = socket.into_inner().connect(listener.local_addr()?).await?;
        assert_eq!(listener.accept().await?.1, addr);
        Ok(())
    }

    #[solipsism::test]
    async fn receives_datagrams(socket: BoundSocket<UdpSocket>) -> std::io::Result<()> {
        let client = UdpSocket::bind("127.0.0.1:0").await?;
        client.send_to(b"hello", socket.local_addr()).await?;
        let mut buf = [0; 8];
        let (count, from) = socket.recv_from(&mut buf).await?;
        assert_eq!((&buf[..count], from), (&b"hello"[..], client.local_addr()?));
        Ok(())
    }

    #[solipsism::test]
    async fn each_has_its_own_port(
        sockets: BoundSockets,
        #[with(count = 3)] datagrams: BoundSockets<UdpSocket>,
    ) {
        assert_eq!((sockets.len(), datagrams.len()), (2, 3));
        let [one, other]: [BoundSocket; 2] = sockets.into();
        assert_ne!(one.local_addr(), other.local_addr());
        let ports: BTreeSet<u16> = datagrams
            .into_iter()
            .map(|socket| socket.local_addr().port())
            .collect();
        assert_eq!(ports.len(), 3);
    }

    #[solipsism::test]
    async fn dropping_it_frees_the_port(socket: BoundSocket) {
        let addr = socket.local_addr();
        drop(socket);
        TcpListener::bind(addr).await.unwrap();
    }

    thread_local! {
        static STORED: RefCell<Vec<Box<dyn std::any::Any>>> = const { RefCell::new(Vec::new()) };
    }

    #[solipsism::test]
    async fn is_closed_in_the_end_wherever_it_is(
        #[with(services = vec![Box::new(Binds)])] _stopped_last: Services,
        socket: BoundSocket,
        datagrams: BoundSocket<UdpSocket>,
    ) {
        ADDRS.set(Some((socket.local_addr(), datagrams.local_addr())));
        STORED.with_borrow_mut(|stored| {
            stored.push(Box::new(socket));
            stored.push(Box::new(datagrams));
        });
    }

    thread_local! {
        static ADDRS: std::cell::Cell<Option<(SocketAddr, SocketAddr)>> = const { std::cell::Cell::new(None) };
    }

    struct Binds;

    impl Service for Binds {
        async fn start(&mut self, _: Starting) -> Result<(), Box<dyn std::error::Error>> {
            Ok(())
        }

        async fn stop(&mut self) -> Result<(), Box<dyn std::error::Error>> {
            let (tcp, udp) = ADDRS.get().expect("the body set it");
            TcpListener::bind(tcp).await?;
            UdpSocket::bind(udp).await?;
            Ok(())
        }
    }
}

#[solipsism::test]
async fn localhost_is_where_the_body_is(localhost: Localhost, net: Network) -> std::io::Result<()> {
    assert_eq!(localhost.name(), "localhost");
    assert_eq!(IpAddr::from(localhost).to_string(), localhost.to_string());
    assert_eq!(localhost.host().addr(), net.host("localhost").addr());
    let listener = TcpListener::bind(localhost.addr(0)).await?;
    let port = listener.local_addr()?.port();
    TcpStream::connect(localhost.addr(port)).await?;
    TcpStream::connect(("localhost", port)).await?;
    Ok(())
}

mod random {
    use super::{BTreeSet, Network, Rng, TestInfo, UdpSocket};

    #[solipsism::test]
    async fn two_handles_draw_from_one_sequence(one: Rng, other: Rng, test: TestInfo) {
        let alone = Rng::with_seed(test.seed());
        let expected: Vec<u64> = (0..4).map(|_| alone.u64(..)).collect();
        let drawn = [
            one.u64(..),
            other.u64(..),
            one.u64(..),
            other.clone().u64(..),
        ];
        assert_eq!(drawn.as_slice(), expected);
    }

    #[solipsism::test(seed = 7)]
    async fn a_seed_always_gives_the_same(rng: Rng) {
        let drawn = [rng.u64(..), rng.u64(..), rng.u64(..)];
        let expected = [
            17_264_426_050_046_412_752,
            12_637_198_496_191_905_829,
            17_514_800_557_034_819_468,
        ];
        assert_eq!(drawn, expected);
        let mut bytes = [0; 11];
        rng.fill(&mut bytes);
        assert_eq!(bytes, [11, 49, 240, 153, 161, 52, 247, 60, 50, 11, 167]);
    }

    #[solipsism::test(seed = 7)]
    async fn the_networks_draws_change_nothing(rng: Rng, net: Network) -> std::io::Result<()> {
        let alone = Rng::with_seed(7);
        net.link("localhost", "far.internal").loss(0.5);
        let socket = UdpSocket::bind("0.0.0.0:0").await?;
        for _ in 0..100 {
            socket.send_to(b"?", "far.internal:53").await?;
            assert_eq!(rng.u64(..), alone.u64(..));
        }
        Ok(())
    }

    #[solipsism::test]
    async fn ranges_are_kept_and_filled(rng: Rng) {
        let mut seen = [0u32; 6];
        for _ in 0..6000 {
            seen[rng.usize(..6)] += 1;
        }
        assert!(
            seen.iter().all(|count| (850..1150).contains(count)),
            "{seen:?}"
        );
        for _ in 0..1000 {
            assert!((-3..=3).contains(&rng.i32(-3..=3)));
            assert_eq!(rng.u8(7..=7), 7);
            assert!(rng.i64(i64::MAX - 1..) >= i64::MAX - 1);
            assert!((0.0..1.0).contains(&rng.f64()));
        }
        let mut all = [false; 256];
        for _ in 0..10_000 {
            all[usize::from(rng.u8(..))] = true;
        }
        assert!(all.iter().all(|seen| *seen));
        let bits = (0..1000).fold((0, u64::MAX), |(any, all), _| {
            let drawn = rng.u64(..);
            (any | drawn, all & drawn)
        });
        assert_eq!(bits, (u64::MAX, 0));
    }

    #[solipsism::test]
    #[should_panic(
        expected = "a random number was asked for in an empty range, from 3 to 2: give one with something in it"
    )]
    async fn an_empty_range(rng: Rng) {
        rng.u8(3..3);
    }

    #[solipsism::test]
    async fn the_rest_of_what_a_generator_does(rng: Rng) {
        let heads = (0..1000).filter(|_| rng.bool()).count();
        assert!((400..600).contains(&heads), "{heads}");
        assert!(!(0..100).any(|_| rng.chance(0.0)));
        let mut cards: Vec<u32> = (0..52).collect();
        rng.shuffle(&mut cards);
        assert!(!cards.is_sorted());
        cards.sort_unstable();
        assert!(cards.into_iter().eq(0..52));
        rng.shuffle::<u8>(&mut []);
        let drawn: BTreeSet<char> = (0..100)
            .map(|_| rng.choice(['a', 'b', 'c']).unwrap())
            .collect();
        assert_eq!(drawn.len(), 3);
        assert_eq!(rng.choice(&[0u8; 0]), None);
    }
}

mod directories {
    use std::fs;

    use super::TempDir;

    #[solipsism::test]
    async fn is_new_and_empty(dir: TempDir, other: TempDir) -> std::io::Result<()> {
        assert_ne!(dir.path(), other.path());
        assert!(dir.is_absolute() && dir.starts_with(std::env::temp_dir()));
        assert_eq!(fs::read_dir(&dir)?.count(), 0);
        fs::write(dir.join("file"), "text")?;
        assert_eq!(fs::read_dir(&dir)?.count(), 1);
        Ok(())
    }

    #[cfg(unix)]
    #[solipsism::test]
    async fn is_its_owners_alone(dir: TempDir) -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&dir)?.permissions().mode() & 0o777, 0o700);
        Ok(())
    }

    #[solipsism::test]
    async fn can_be_removed_before(dir: TempDir) -> std::io::Result<()> {
        let path = dir.path().to_owned();
        fs::create_dir_all(path.join("a/b"))?;
        dir.close()?;
        assert!(!path.exists());
        Ok(())
    }

    #[solipsism::test]
    async fn may_be_gone_already(dir: TempDir, other: TempDir) -> std::io::Result<()> {
        fs::remove_dir(&dir)?;
        fs::remove_dir(&other)?;
        other.close()
    }

    #[solipsism::test]
    async fn stays_until_the_end_though_it_is_dropped(dir: TempDir) {
        let path = dir.path().to_owned();
        drop(dir);
        assert!(path.exists());
    }

    #[solipsism::test]
    async fn only_what_is_to_be_kept_is_left_behind(dir: TempDir) -> std::io::Result<()> {
        let program = env!("CARGO_BIN_EXE_directories");
        let mut command = std::process::Command::new(program);
        command.env("TMPDIR", dir.path());
        let printed = solipsism_tests::output(&mut command);
        assert_eq!(printed.code, Some(101), "{}", printed.stdout);
        let mut left = Vec::new();
        for entry in fs::read_dir(&dir)? {
            let name = entry?.file_name().into_string().expect("it is our name");
            let (_, name) = name.rsplit_once('-').expect("it has a number");
            left.push(name.to_owned());
        }
        left.sort();
        assert_eq!(left, ["fails_and_is_kept", "passes_and_is_kept"]);
        Ok(())
    }
}

mod the_test_itself {
    use super::TestInfo;

    #[solipsism::test]
    async fn has_a_name(test: TestInfo) {
        let name = "the_test_itself::has_a_name";
        assert_eq!((test.name(), test.base(), test.case()), (name, name, None));
        assert_eq!(test.module(), "built_ins::the_test_itself");
    }

    #[solipsism::test(seed = 42)]
    async fn has_a_seed(test: TestInfo) {
        assert_eq!(test.seed(), 42);
    }
}

solipsism::main!();
