package address

import "testing"

func TestKind(t *testing.T) {
	for text, expected := range map[string]string{
		"0.0.0.0": "unspecified", "::": "unspecified", "127.8.0.1": "loopback", "::1": "loopback",
		"10.0.0.1": "private", "172.32.0.1": "global", "fd00::1": "private", "169.254.1.1": "link-local", "fe80::1%eth0": "link-local",
		"224.0.0.1": "multicast", "ff02::1": "multicast", "203.0.113.9": "documentation", "2001:db8::": "documentation",
		"100.64.0.1": "shared", "255.255.255.255": "broadcast", "240.0.0.1": "reserved", "8.8.8.8": "global",
		"::ffff:192.168.0.1": "private", " 2606:4700::1111 ": "global",
	} {
		address, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if kind := Kind(address); kind != expected {
			t.Errorf("%s is %s; expected %s", text, kind, expected)
		}
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"", "300.1.1.1", "10.1.1", "1.2.3.4:80", "0x7f.1", "010.0.0.1"} {
		if address, err := Parse(text); err == nil {
			t.Errorf("%q is read as %v", text, address)
		}
	}
	if address, err := Parse("2001:0DB8::0:1"); err != nil || address.String() != "2001:db8::1" || Version(address) != 6 {
		t.Error(address, err)
	}
}

func TestNetworks(t *testing.T) {
	networks, err := ParseNetworks(map[string]string{"all": "10.0.0.0/8", "office": "10.1.2.3/16", "six": "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	for text, expected := range map[string]string{"10.1.9.9": "office", "10.2.0.1": "all", "fd00::1": "six", "8.8.8.8": ""} {
		if address, _ := Parse(text); networks.Find(address) != expected {
			t.Errorf("%s is in %q; expected %q", text, networks.Find(address), expected)
		}
	}
	if _, err := ParseNetworks(map[string]string{"x": "10.0.0.0"}); err == nil {
		t.Error("a network without its length is taken")
	}
}
