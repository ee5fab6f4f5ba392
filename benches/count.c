/* Counts the packets of a capture with libpcap: the yardstick of benches/run. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (!capture) {
        fprintf(stderr, "usage: count CAPTURE\n");
        return 1;
    }
    struct pcap_pkthdr *header;
    const u_char *data;
    unsigned long packets = 0;
    while (pcap_next_ex(capture, &header, &data) == 1)
        packets++;
    printf("%lu\n", packets);
    return 0;
}
