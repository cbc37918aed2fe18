#include <stdio.h>

void app_main(void)
{

}
