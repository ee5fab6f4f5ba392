#!/bin/sh
# Makes the captures and key logs of this folder anew: openssl 3, tcpdump, root. Their bytes differ each time.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/rsa.key" -out "$work/rsa.pem" -subj /CN=example.test 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ec.key" -out "$work/ec.pem" \
    -subj /CN=example.test 2>/dev/null

# What the client says, line by line; a server with -rev answers each with its letters reversed.
say() {
    sleep 0.3
    for line in "hello from the client" short "$(printf 'x%.0s' $(seq 700))" "$@" "a line behind the long one" last; do
        echo "$line"
        sleep 0.1
    done
}

# One connection: certificate, options of the server, options of the client, lines in the middle.
connection() {
    openssl s_server -accept 8443 -cert "$work/$1.pem" -key "$work/$1.key" $2 -rev -quiet >/dev/null 2>&1 &
    server=$!
    sleep 0.3
    options=$3
    shift 3
    say "$@" | openssl s_client -connect 127.0.0.1:8443 -servername example.test -keylogfile "$keys" $options >/dev/null 2>&1
    sleep 0.1
    kill $server 2>/dev/null || true
    wait $server 2>/dev/null || true
}

# One server for several connections: its options, then those of each client. With early data there is no -rev.
server() {
    rm -f "$work/open"
    mkfifo "$work/open"
    openssl s_server -accept 8443 -cert "$work/ec.pem" -key "$work/ec.key" $1 >/dev/null 2>&1 <"$work/open" &
    server=$!
    exec 3>"$work/open"
    sleep 0.3
    shift
    for options in "$@"; do
        say | openssl s_client -connect 127.0.0.1:8443 -servername example.test -keylogfile "$keys" $options \
            >/dev/null 2>&1 || true
    done
    exec 3>&-
    kill $server 2>/dev/null || true
    wait $server 2>/dev/null || true
}

begin() {
    rm -f "$1.pcap" "$1.keys"
    keys=$1.keys
    tcpdump -i lo -U -w "$1.pcap" "tcp port 8443" 2>/dev/null &
    dump=$!
    sleep 0.6
}

end() {
    sleep 0.3
    kill $dump
    wait $dump 2>/dev/null || true
}

begin tls12
any="-tls1_2 -cipher ALL:@SECLEVEL=0"
for suite in ECDHE-RSA-AES128-GCM-SHA256 AES256-GCM-SHA384 ECDHE-RSA-CHACHA20-POLY1305 AES128-CCM AES256-CCM AES128-CCM8 \
    AES256-CCM8 AES128-SHA AES256-SHA AES128-SHA256 AES256-SHA256 ECDHE-RSA-AES256-SHA384; do
    connection rsa "$any" "-tls1_2 -cipher $suite:@SECLEVEL=0"
done
for suite in AES128-SHA AES256-SHA256 ECDHE-RSA-AES256-SHA384; do
    connection rsa "$any -no_etm" "-tls1_2 -no_etm -cipher $suite:@SECLEVEL=0"
done
connection ec "-tls1_2 -max_send_frag 512" "-tls1_2 -max_send_frag 512 -alpn h2,http/1.1"
connection ec "-tls1_2 -alpn http/1.1" "-tls1_2 -alpn h2,http/1.1"
connection ec "-tls1_2 -client_renegotiation" -tls1_2 R
server "-tls1_2 -rev" "-tls1_2 -sess_out $work/session12" "-tls1_2 -sess_in $work/session12"
connection rsa "-tls1_1 -cipher ALL:@SECLEVEL=0" "-tls1_1 -cipher ALL:@SECLEVEL=0"
connection rsa "$any" "-tls1_2 -cipher CAMELLIA128-SHA:@SECLEVEL=0"
end

begin tls13
for suite in TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_CCM_SHA256 \
    TLS_AES_128_CCM_8_SHA256; do
    connection ec "-tls1_3 -ciphersuites $suite" "-tls1_3 -ciphersuites $suite"
done
connection ec "-tls1_3 -groups P-384" "-tls1_3 -groups P-256:P-384"
connection ec "-tls1_3 -record_padding 64" "-tls1_3 -record_padding 100"
connection ec "-tls1_3 -alpn http/1.1" "-tls1_3 -alpn h2,http/1.1"
connection ec -tls1_3 -tls1_3 K k
echo "early data of the client" >"$work/early"
again="-tls1_3 -sess_in $work/session -early_data $work/early"
server -early_data "-tls1_3 -sess_out $work/session" "$again"
server -early_data "$again"
end

# A proxy that is spoken to over TLS, and through it the beginning of another TLS connection: a ClientHello, and a record.
begin tunnel
rm -f "$work/open"
mkfifo "$work/open"
openssl s_server -accept 8443 -cert "$work/ec.pem" -key "$work/ec.key" -tls1_3 -quiet >/dev/null 2>&1 <"$work/open" &
server=$!
exec 3>"$work/open"
sleep 0.3
{
    sleep 0.3
    printf 'CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n'
    sleep 0.3
    printf 'HTTP/1.1 200 OK\r\n\r\n' >&3
    sleep 0.3
    printf '\026\003\001\000\055\001\000\000\051\003\003%s\000\000\002\023\001\001\000' "$(printf 'r%.0s' $(seq 32))"
    sleep 0.3
    printf '\027\003\003\000\021inner-application'
    sleep 0.3
} | openssl s_client -connect 127.0.0.1:8443 -servername proxy.test -keylogfile "$keys" -tls1_3 -quiet -no_ign_eof >/dev/null 2>&1 || true
exec 3>&-
sleep 1
kill $server 2>/dev/null || true
wait $server 2>/dev/null || true
end
