//! Where credentials may be sent: a system's own hosts over https, and nothing that only looks like them.

use fieldpost::{Account, System};

/// What stands before, behind or in the place of a host, `HOST` being one of the system's own.
const HOSTILE: &[&str] = &[
    // Not https.
    "http://HOST",
    "HTTP://HOST",
    "ftp://HOST",
    "ws://HOST",
    "file://HOST/etc/passwd",
    "gopher://HOST",
    "//HOST",
    "HOST",
    "javascript:alert(1)//HOST",
    "data:text/plain,HOST",
    "https:HOST",
    "https:/HOST",
    "https:\\\\HOST",
    // Somebody else's host, dressed up.
    "https://HOST@evil.example",
    "https://evil.example#@HOST",
    "https://evil.example?@HOST",
    "https://evil.example\\@HOST",
    "https://evil.example/@HOST",
    "https://user:secret@HOST",
    "https://user@HOST",
    "https://@HOST",
    "https://HOST.evil.example",
    "https://HOSTevil.example",
    "https://evilmktorest.com",
    "https://mktorest.com",
    "https://evilpi.pardot.com",
    "https://notmy.salesforce.com",
    "https://evilapi.hiringcenterpro.com",
    "https://evil.example/HOST",
    "https://evil.example",
    "https://HOST%2eevil.example",
    "https://HOST%00.evil.example",
    "https://HOST%2f.evil.example",
    "https://HOST\u{3002}evil.example",
    "https://HOST\u{ff0e}evil.example",
    "https://HOST\u{ff0f}.evil.example",
    "https://HOST%23.evil.example",
    "https://HOST\t.evil.example",
    "https://HOST\n.evil.example",
    "https://HOST\0.evil.example",
    "https://HOST evil.example",
    "https://HOST,evil.example",
    "https://HOST;evil.example",
    "https://HOST|evil.example",
    "https://HOST:443@evil.example",
    "https://HOST:80#@evil.example",
    "https://HOST.",
    "https://.",
    "https://HOST:99999",
    "https://HOST:-1",
    "https://HOST:8443",
    "https://HOST:80",
    "https://HOST:x",
    "https://HOST:",
    "https://h\u{f6}st.example",
    "https://xn--hst-sna.example",
    "https://",
    "https:// ",
    "",
    " ",
    "\0",
    "https://\u{200b}HOST",
    // This machine and the ones beside it, in every way of writing them.
    "https://localhost",
    "https://LocalHost",
    "https://localhost.",
    "https://localhost.localdomain",
    "https://ip6-localhost",
    "https://127.0.0.1",
    "https://127.1",
    "https://127.0.1",
    "https://0",
    "https://0.0.0.0",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://017700000001",
    "https://127.0.0.1.nip.io",
    "https://127.127.127.127",
    "https://[::]",
    "https://[::1]",
    "https://[0:0:0:0:0:0:0:1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[64:ff9b::169.254.169.254]",
    "https://[2002:7f00:1::]",
    "https://[2002:a9fe:a9fe::]",
    "https://[fe80::1]",
    "https://[fe80::1%25eth0]",
    "https://[fc00::1]",
    "https://[fd00:ec2::254]",
    "https://[ff02::1]",
    "https://[::1",
    "https://::1",
    "https://10.0.0.1",
    "https://10.255.255.255",
    "https://172.16.0.1",
    "https://172.31.255.254",
    "https://192.168.0.1",
    "https://192.168.1.1:8080",
    "https://100.64.0.1",
    "https://198.18.0.1",
    "https://224.0.0.1",
    "https://240.0.0.1",
    "https://255.255.255.255",
    "https://192.0.2.1",
    "https://012.0.0.1",
    "https://0xa.0.0.1",
    "https://167772161",
    "https://0300.0250.0.1",
    // What a cloud tells its own machines.
    "https://169.254.169.254",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2",
    "https://[fd00:ec2::254]/latest",
    "https://2852039166",
    "https://0xa9fea9fe",
    "https://0251.0376.0251.0376",
    "https://metadata.google.internal",
    "https://metadata",
    "https://100.100.100.200",
    "https://192.0.0.192",
    "https://instance-data",
    "https://kubernetes.default.svc",
    "https://169.254.169.254.nip.io",
    // Circled and wide digits and letters that a resolver would fold.
    "https://\u{2460}\u{2461}\u{2466}.0.0.1",
    "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "https://\u{24db}ocalhost",
    "https://\u{ff4c}ocalhost",
    "https://1\u{ff0e}1\u{ff0e}1\u{ff0e}1",
    "https://\u{1d4c1}ocalhost",
    // Paths, queries and fragments that would change what is called.
    "https://HOST/../evil",
    "https://HOST/%2e%2e",
    "https://HOST?x=",
    "https://HOST#",
    "https://HOST/x?y",
    "https://HOST\\evil",
    "https://HOST/..;/",
];

/// A host of each system's own.
const OWN: &[(System, &str)] = &[
    (System::Marketo, "123-abc-456.mktorest.com"),
    (System::Pardot, "pi.pardot.com"),
    (System::Prospects, "api.hiringcenterpro.com"),
];

#[test]
fn no_hostile_base_url_is_a_known_host() {
    let (mut tried, mut through) = (0_usize, Vec::new());
    for (system, own) in OWN {
        assert!(Account::new(*system, &format!("https://{own}")).known_host().is_ok(), "{own}");
        for hostile in HOSTILE {
            let url = hostile.replace("HOST", own);
            if Account::new(*system, &url).known_host().is_ok() {
                through.push(url);
            }
            tried = tried.saturating_add(1);
        }
        // Another system's host is somebody else's, too.
        for (other, host) in OWN {
            let account = Account::new(*system, &format!("https://{host}"));
            assert_eq!(account.known_host().is_ok(), system == other, "{host}");
        }
    }
    assert!(through.is_empty(), "{through:?} got through");
    assert!(tried >= 3 * 120, "{tried}");
}
