/* Stand-in: the two functions of the certificate bundle, and what calls app_main. */
#include <stddef.h>
#include <stdint.h>

void app_main(void);

static const uint8_t *volatile bundle;

int esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size)
{
    bundle = x509_bundle;
    return bundle_size == 0;
}

int esp_crt_bundle_attach(void *conf)
{
    return conf == NULL;
}

int main(void)
{
    app_main();
    return 0;
}
