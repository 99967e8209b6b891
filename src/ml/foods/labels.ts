/** Names of classes that say nothing of a food: what else is in a picture, what a model says where it sees none, and classes without a name. */
const noFoods = new Set(
  (
    'no food,not food,nonfood,non food,none,nothing,unknown,other,others,background,object,item,thing,image,photo,picture,' +
    'food,food item,meal,dish,breakfast,lunch,dinner,snack,drink,beverage,cuisine,ingredient,recipe,' +
    'person,people,human,man,woman,child,baby,boy,girl,face,hand,animal,dog,cat,plant,flower,' +
    'table,dining table,plate,bowl,cup,mug,glass,bottle,can,box,bag,package,tray,tableware,cutlery,fork,knife,spoon,chopsticks,napkin,' +
    'menu,receipt,restaurant,kitchen,room,chair,phone,screen,text'
  ).split(','),
);
/** `LABEL_0`, `class 12`, `7`: the number of a class. */
const numbered = /^(?:(?:label|class|category|id|n) ?)?\d+$/;

/** Whether a classifier's label can be the name of a food; says nothing of whether it is one that is known. */
export const namesFood = (label: string): boolean => {
  const words = label
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
  return words !== '' && !noFoods.has(words) && !numbered.test(words);
};
