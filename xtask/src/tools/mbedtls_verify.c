/* Asks mbedTLS about a chain: CHAIN.pem ANCHORS.pem HOST. Ends with 0 when it accepts, with 1 when it refuses. */
#include <stdio.h>
#include <string.h>

#include <mbedtls/x509_crt.h>

int main(int count, char **arguments)
{
    mbedtls_x509_crt chain, anchors;
    uint32_t flags = 0;
    char why[1024] = "";

    if (count != 4) {
        return 2;
    }
    mbedtls_x509_crt_init(&chain);
    mbedtls_x509_crt_init(&anchors);
    if (mbedtls_x509_crt_parse_file(&chain, arguments[1]) != 0 ||
        mbedtls_x509_crt_parse_file(&anchors, arguments[2]) != 0) {
        return 2;
    }
    int result = mbedtls_x509_crt_verify(&chain, &anchors, NULL, arguments[3], &flags, NULL, NULL);
    mbedtls_x509_crt_verify_info(why, sizeof why, "", flags);
    printf("%d %s\n", result, why);
    return result == 0 ? 0 : 1;
}
