/**
 * Words that belong together, as one; in names of foods and in what people write alike. "a b = c" gives the word of another
 * writing; without "=" the words are written as one.
 */
export const compounds = `
ice cream
ice creams = icecream
hot dog
hotdog
frankfurter = hotdog
thin crust
thick crust
medium crust
regular crust = mediumcrust
stuffed crust
corn dog
peanut butter
almond butter
cashew butter
cookie butter
apple butter
soy butter
sunflower butter
cocoa butter
soft drink
soda pop = softdrink
fruit juice drink
energy drink
sports drink
sport drink = sportsdrink
coffee creamer
creamer = coffeecreamer
whipped cream
sour cream
cream cheese
cream cheeses = creamcheese
cottage cheese
cheese cottage = cottagecheese
ricotta cheese = ricotta
cheese ricotta = ricotta
string cheese
egg roll
spring roll
eggroll
egg nog = eggnog
french fry
french fried potato = frenchfry
french toast
french bread
english muffin
muffin english = englishmuffin
pan cake = pancake
hot cake = pancake
hotcake = pancake
flapjack = pancake
short cake = shortcake
cup cake = cupcake
cheese cake = cheesecake
cheese burger = cheeseburger
ham burger = hamburger
beef burger = hamburger
beefburger = hamburger
from raw
oat meal = oatmeal
corn bread = cornbread
corn meal = cornmeal
corn starch = cornstarch
bread stick = breadstick
meat ball = meatball
meat loaf = meatloaf
egg plant = eggplant
aubergine = eggplant
courgette = zucchini
rocket = arugula
coriander = cilantro
prawn = shrimp
garbanzo bean = chickpea
garbanzo = chickpea
chick pea = chickpea
soya = soy
soy bean = soybean
yoghurt = yogurt
yogourt = yogurt
catsup = ketchup
mayo = mayonnaise
doughnut = donut
dough nut = donut
lady finger = ladyfinger
low fat = lowfat
lower fat = lowfat
reduced fat = reducedfat
less fat = reducedfat
non fat = fatfree
nonfat = fatfree
fat free = fatfree
no fat = fatfree
zero fat = fatfree
skimmed = skim
fatfree skim = skim
skim fatfree = skim
part skim = partskim
full fat = whole
full cream = whole
semi skimmed = 2percent
low sodium = lowsodium
lower sodium = lowsodium
reduced sodium = reducedsodium
less sodium = reducedsodium
less salt = reducedsodium
lightly salted = reducedsodium
no salt added = nosalt
salt free = nosalt
unsalted = nosalt
no salt = nosalt
without salt = nosalt
sugar free = sugarfree
sugarless = sugarfree
no sugar added = nosugar
no added sugar = nosugar
without sugar = nosugar
no sugar = nosugar
zero sugar = nosugar
without added sugar = nosugar
unsweetened = nosugar
reduced sugar
less sugar = reducedsugar
low sugar = reducedsugar
low calorie = lowcalorie
zero calorie = lowcalorie
reduced calorie = lowcalorie
low carb = lowcarb
caffeine free = decaffeinated
decaf = decaffeinated
gluten free
glutenfree
lactose free
general mill = generalmill
five guys = restaurant
vitamin c = vitaminc
salt and pepper = saltandpepper
not reconstituted = notreconstituted
calcium added = addedcalcium
added calcium = addedcalcium
with calcium added = addedcalcium
with added calcium = addedcalcium
cubic inch = cubicinch
surface inch = surfaceinch
linear inch = linearinch
dairy free = nondairy
non dairy = nondairy
no added fat = noaddedfat
no fat added = noaddedfat
without added fat = noaddedfat
fat not added = noaddedfat
without fat = noaddedfat
no oil = noaddedfat
no butter = noaddedfat
no butter added = noaddedfat
without butter = noaddedfat
without oil = noaddedfat
fat added = addedfat
added fat = addedfat
with fat = addedfat
with added fat = addedfat
with fat added = addedfat
skin coating not eaten = noskin nocoating
skin coating eaten = withskin coating
skin not eaten = noskin
without skin = noskin
without the skin = noskin
no skin = noskin
skin removed = noskin
skinless = noskin
skin off = noskin
skin eaten = withskin
with skin = withskin
with the skin = withskin
skin on = withskin
peel not eaten = nopeel
without peel = nopeel
peeled = nopeel
peel eaten = withpeel
with peel = withpeel
coating not eaten = nocoating
coating eaten = coating
lean only eaten = leanonly
lean only = leanonly
lean and fat eaten = leanandfat
lean and fat = leanandfat
whole wheat
wholewheat
wholemeal = wholewheat
whole meal = wholewheat
whole grain = wholegrain
multi grain = multigrain
12 grain = multigrain
7 grain = multigrain
seven grain = multigrain
half fat = reducedfat
half-fat = reducedfat
five spice = spice
5 spice = spice
thousand island = thousandisland
1000 island = thousandisland
three musketeers = threemusketeers
3 musketeers = threemusketeers
whole-wheat = wholewheat
2 percent = 2percent
2percent milk = 2percent milk
1 percent = 1percent
two percent = 2percent
one percent = 1percent
100 percent = 100percent
half and half = halfandhalf
half n half = halfandhalf
half half = halfandhalf
sweet potato = sweetpotato
school lunch
fast food
home recipe
movie theater
ready to heat = readytoheat
bell pepper = bellpepper
capsicum = bellpepper
hash brown = hashbrown
hash browns = hashbrown
hashbrown
tater tot = tatertot
potato tot = tatertot
potato chip = potatochip
tortilla chip = tortillachip
corn chip = cornchip
pita chip = pitachip
graham cracker = grahamcracker
cracker graham = grahamcracker
trail mix = trailmix
granola bar = granolabar
cereal or granola bar = granolabar
cereal bar = granolabar
protein bar = proteinbar
nutrition bar = proteinbar
energy bar = proteinbar
candy bar = candybar
string bean = greenbean
green bean = greenbean
haricot vert = greenbean
french bean = greenbean
kidney bean = kidneybean
red bean = kidneybean
black bean = blackbean
pinto bean = pintobean
white bean = whitebean
navy bean = whitebean
lima bean = limabean
butter bean = limabean
baked bean = bakedbean
refried bean = refriedbean
black eyed pea = blackeyedpea
blackeyed pea = blackeyedpea
black eye pea = blackeyedpea
split pea = splitpea
snow pea = snowpea
sugar snap pea = snowpea
sugar snap = snowpea
snap pea = snowpea
spring onion = greenonion
brussel sprout = brusselsprout
brussels sprout = brusselsprout
bean sprout = beansprout
maple syrup = maplesyrup
pancake syrup = pancakesyrup
corn syrup = cornsyrup
chocolate chip = chocolatechip
chocolate milk = chocolatemilk
hot chocolate = hotchocolate
cocoa hot = hotchocolate
hot cocoa = hotchocolate
milk shake = milkshake
chocolate milk shake = chocolate milkshake
apple sauce = applesauce
hot sauce = hotsauce
soy sauce = soysauce
fish sauce = fishsauce
bbq = barbecue
bar b que = barbecue
barbeque = barbecue
barbecued = barbecue
barbequed = barbecue
cole slaw = coleslaw
slaw = coleslaw
sauer kraut = sauerkraut
pot pie = potpie
grilled cheese = grilledcheese
mac and cheese = macaroni cheese
steak frite = steak and frenchfry
mac n cheese = macaroni cheese
mac cheese = macaroni cheese
luncheon meat = luncheonmeat
lunch meat = luncheonmeat
cold cut = luncheonmeat
deli meat = luncheonmeat
fluid ounce = floz
fluid oz = floz
fl oz = floz
fl ounce = floz
fl. oz = floz
table spoon = tablespoon
tea spoon = teaspoon
extra large = xl
xlarge = xl
bite sized = miniature
mini = miniature
tiny = miniature
slider = miniature
snack size = snacksize
snack sized = snacksize
fun size = funsize
king size = kingsize
crisps = potatochip
m m = mmcandy
m ms = mmcandy
mms = mmcandy
general tso
water added
tomato based = tomatobased
soy based = soybased
citrus fruit
single serving = singleserving
individual serving = singleserving
medium fat = mediumfat
deep fried = fried
stir fried = stirfry
stir fry = stirfry
pan fried = fried
oven fried = fried
oven roasted = roasted
oil roasted = roasted
butty = sandwich
sarnie = sandwich
apple cider vinegar = vinegar
cider vinegar = vinegar
wine vinegar = vinegar
dehydrated = dried
oven baked = baked
pan seared = fried
char grilled = grilled
chargrilled = grilled
roast = roasted
smoothy = smoothie
ready to eat = readytoeat
ready to drink = readytodrink
ready to feed = readytofeed
sunny side up = fried
over easy = fried
hard boiled = boiled
soft boiled = boiled
hardboiled = boiled
poached = poached
scrambled egg = scrambledegg
egg scrambled = scrambledegg
scrambled = scrambledegg
egg white = eggwhite
egg yolk = eggyolk
yolk of egg = eggyolk
omelette = omelet
egg omelet = omelet
fish stick = fishstick
fish finger = fishstick
chicken nugget = chickennugget
pop tart = poptart
pop corn = popcorn
rice cake = ricecake
rice cereal = ricecereal
grape fruit = grapefruit
water melon = watermelon
honey dew = honeydew
pine apple = pineapple
star fruit = starfruit
dragon fruit = dragonfruit
jack fruit = jackfruit
passion fruit = passionfruit
turkey bacon = turkeybacon
coconut water = coconutwater
coconut milk = coconutmilk
rice milk = ricemilk
soy milk = soymilk
soymilk
almond milk = almondmilk
oat milk = oatmilk
goat milk = goatmilk
buttermilk
butter milk = buttermilk
root beer = rootbeer
ginger ale = gingerale
ginger beer = gingerale
cream soda = creamsoda
tonic water = tonicwater
club soda = sodawater
soda water = sodawater
seltzer water = seltzer
sparkling water = sparklingwater
rice noodle = ricenoodle
egg noodle = noodle
beef jerky = jerky
ground beef = groundbeef
beef ground = groundbeef
minced beef = groundbeef
beef mince = groundbeef
hamburger meat = groundbeef
ground turkey = groundturkey
turkey ground = groundturkey
ground chicken = groundchicken
chicken ground = groundchicken
pork ground = groundpork
ground pork = groundpork
pot roast = potroast
spare rib = sparerib
thousand island = thousandisland
blue cheese = bluecheese
bleu cheese = bluecheese
pepper jack = pepperjack
sloppy joe = sloppyjoe
pulled pork = pulledpork
chow mein = chowmein
lo mein = lomein
pad thai = padthai
fried rice = friedrice
spanish rice = spanishrice
pig foot = pigfoot
sub = submarine
hoagie = submarine
hero = submarine
subway = subway
t bone = tbone
rib eye = ribeye
top sirloin = sirloin
danish pastry = danish
pastry danish = danish
cinnamon roll = cinnamonbun
sweet cinnamonbun = cinnamonbun
sweet cinnamon roll = cinnamonbun
sweet cinnamon bun = cinnamonbun
roll sweet cinnamon bun = cinnamonbun
roll sweet = sweetroll
cinnamon bun = cinnamonbun
sweet roll = sweetroll
bun sweet = sweetroll
coffee cake = coffeecake
pound cake = poundcake
angel food cake = angelfoodcake
angel food = angelfoodcake
animal cracker = animalcracker
fortune cookie = fortunecookie
fig bar = figbar
fig newton = figbar
rice krispie treat = ricekrispytreat
rice krispy treat = ricekrispytreat
rice krispy = ricekrispy
rice krispie = ricekrispy
corn flake = cornflake
cornflake
corn pop = cornpop
bran flake = branflake
raisin bran = raisinbran
shredded wheat = shreddedwheat
cream of wheat = creamofwheat
peanut butter and jelly = peanutbutter jelly
pb and j = peanutbutter jelly sandwich
pb j = peanutbutter jelly sandwich
pbj = peanutbutter jelly sandwich
marinara = marinara
bologna sausage = bologna
swiss = swiss
mc donald = mcdonald
burger king = burgerking
taco bell = tacobell
wendy = wendy
kentucky fried chicken = kfc
quarter pounder = quarterpounder
big mac = bigmac
7 up = sevenup
seven up = sevenup
7up = sevenup
mountain dew = mountaindew
dr pepper = drpepper
dr. pepper = drpepper
coca cola = cocacola
coca-cola = cocacola
diet coke = dietcoke
coke zero sugar = dietcoke
zero sugar coke = dietcoke
coke zero = dietcoke
zero coke = dietcoke
hot pocket = hotpocket
breakfast tart
breakfast bar
breakfast pastry
breakfast burrito
breakfast sandwich
breakfast biscuit
breakfast link
breakfast pizza
snack cake
snack bar
snack mix
meal replacement
fruity = fruit
chocolatey = chocolate
chocolaty = chocolate
fun snack size = funsize
fun size snack size = funsize
chocolate covered = chocolatecoated
chocolate coated = chocolatecoated
chocolate dipped = chocolatecoated
home fry = homefry
medium size = medium
medium sized = medium
large size = large
large sized = large
small sized = small
small size = small
regular size = regular
regular sized = regular
lean pocket = leanpocket
snow cone = snowcone
slush = slushie
slushy = slushie
popsicle = popsicle
ice pop = popsicle
jello = gelatin
jell o = gelatin
jell-o = gelatin
kool aid = koolaid
table salt = salt
olive oil = oliveoil
canola oil = canolaoil
vegetable oil = vegetableoil
cooking oil = vegetableoil
coconut oil = coconutoil
baking powder
baking soda
bicarbonate of soda = bakingsoda
cream of tartar
vanilla extract
almond extract
curry powder
chili powder
chilli powder = chilipowder
garlic powder
onion powder
mustard powder
custard powder
gelatin powder
gelatine powder = gelatinpowder
bread crumb = breadcrumb
salad dressing = saladdressing
water chestnut = waterchestnut
for use on a sandwich = onsandwich
as ingredient = asingredient
`;
