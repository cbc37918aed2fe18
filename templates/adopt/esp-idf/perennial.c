#include "perennial.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_crt_bundle.h"

extern const uint8_t trust_store_start[] __asm__("_binary_trust_store_bundle_start");
extern const uint8_t trust_store_end[] __asm__("_binary_trust_store_bundle_end");

/* The bundle is one for the whole program: set anew while another task verifies with it, that task would read what is being changed. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static esp_err_t outcome;

static void set_bundle(void)
{
    outcome = esp_crt_bundle_set(trust_store_start, (size_t)(trust_store_end - trust_store_start));
}

esp_err_t perennial_attach(void *configuration)
{
    if (pthread_once(&once, set_bundle) != 0) {
        return ESP_FAIL;
    }
    if (outcome != ESP_OK) {
        return outcome;
    }
    return esp_crt_bundle_attach(configuration);
}
